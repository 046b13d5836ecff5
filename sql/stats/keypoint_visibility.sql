-- How often is each keypoint of a skeleton visible?
-- One row per class and name of a keypoint.
-- Deleted objects do not count.
--
-- A keypoint counts once on each frame; one whose state the export does not tell is visible. An object that stands both
-- in a Data Group's label row and in a child's counts in the child's.
--
-- column keypoint: Name of the keypoint in the skeleton.
-- column visible_share: Share of the keypoints that are visible.
with placed as (
    select name as class, unnest(keypoints) as point
    from objects_once
    where not coalesce(is_deleted, false) and keypoints is not null
)

select
    class,
    point.name as keypoint,
    count(*) as keypoints,
    count(*) filter (point.visibility = 'visible') as visible,
    count(*) filter (point.visibility = 'occluded') as occluded,
    count(*) filter (point.visibility = 'invisible') as invisible,
    count(*) filter (point.visibility = 'selfOccluded') as self_occluded,
    round(count(*) filter (point.visibility = 'visible') / count(*), 4) as visible_share
from placed
group by class, point.name
order by class, keypoint
