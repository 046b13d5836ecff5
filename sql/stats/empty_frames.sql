-- How many frames are empty?
-- One row per data type and label status whose label rows have frames of known number.
-- Deleted objects do not count.
--
-- Frames are those of the view all_frames, whether the export lists them or not: images, slices, frames of videos and
-- image sequences; pages and scenes, whose number is not known, are left out. A frame is labelled by objects and
-- classifications that lie on it or whose range holds it; what holds for a whole space or label row labels the file,
-- not its frames. An object that stands both in a Data Group's label row and in a child's counts in the child's; a
-- frame of the group that holds nothing else is left out.
--
-- column frames: Frames that there are.
-- column with_objects: Frames with an object at least.
-- column with_classifications_only: Frames with a classification at least, and no object.
-- column empty: Frames with neither.
-- column share_empty: empty over frames.
with copied as (
    select row_id, space_id, frame, count(*) as copies
    from objects
    semi join object_copies
        on object_copies.row_id = objects.row_id
        and object_copies.object_hash = objects.object_hash
        and coalesce(object_copies.space_id, objects.space_id) = objects.space_id
    where frame is not null
    group by row_id, space_id, frame
),

gone as (
    select row_id, space_id, frame, count(*) as deleted
    from objects_once
    where frame is not null and is_deleted
    group by row_id, space_id, frame
),

canvases as (
    select
        row_id,
        space_id,
        case when timeline_id is not distinct from space_id then greatest(number_of_frames, 0) else 0 end as n_counted
    from spaces
    where number_of_frames is not null
),

ranged as (
    select
        row_id,
        space_id,
        unnest(['object', 'any']) as kind,
        range_start::hugeint as first,
        range_end::hugeint as last
    from objects_once
    where frame is null and range_unit = 'frame' and range_start <= range_end and not coalesce(is_deleted, false)
    union all
    select row_id, space_id, 'any', range_start, range_end
    from classifications
    where frame is null and range_unit = 'frame' and range_start <= range_end
),

runs as (
    select row_id, space_id, kind, min(first) as first, max(last) as last
    from (
        select
            *,
            sum(case when first - 1 <= reach then 0 else 1 end) over (
                partition by row_id, space_id, kind
                order by first
                rows between unbounded preceding and current row
            ) as run
        from (
            select
                *,
                max(last) over (
                    partition by row_id, space_id, kind
                    order by first
                    rows between unbounded preceding and 1 preceding
                ) as reach
            from ranged
        )
    )
    group by row_id, space_id, kind, run
),

reached as (
    select
        row_id,
        space_id,
        sum(case when kind = 'object' then counted end) as in_object_run,
        sum(case when kind = 'any' then counted end) as in_run
    from (
        select *, greatest(least(last, n_counted - 1) - greatest(first, 0) + 1, 0) as counted
        from runs
        join canvases using (row_id, space_id)
    )
    group by row_id, space_id
),

listed as (
    select
        frames.row_id,
        frames.space_id,
        frames.frame >= 0 and frames.frame < n_counted as is_counted,
        coalesce(object_run.last >= frames.frame, false) as in_object_run,
        coalesce(any_run.last >= frames.frame, false) as in_run,
        frames.n_objects > coalesce(copies, 0) + coalesce(deleted, 0) or in_object_run as has_objects,
        frames.n_classifications > 0 or in_run as has_classifications,
        copies > 0 and frames.n_objects = copies and not has_objects and not has_classifications as is_left_out
    from frames
    join canvases on canvases.row_id = frames.row_id and canvases.space_id = frames.space_id
    left join copied
        on copied.row_id = frames.row_id and copied.space_id = frames.space_id and copied.frame = frames.frame
    left join gone on gone.row_id = frames.row_id and gone.space_id = frames.space_id and gone.frame = frames.frame
    asof left join (select * from runs where kind = 'object') as object_run
        on object_run.row_id = frames.row_id
        and object_run.space_id = frames.space_id
        and frames.frame >= object_run.first
    asof left join (select * from runs where kind = 'any') as any_run
        on any_run.row_id = frames.row_id
        and any_run.space_id = frames.space_id
        and frames.frame >= any_run.first
),

listed_of_space as (
    select
        row_id,
        space_id,
        count(*) filter (not coalesce(is_left_out, false)) as frames,
        count(*) filter (has_objects) as with_objects,
        count(*) filter (has_classifications and not has_objects) as with_classifications_only,
        count(*) filter (is_counted) as counted,
        count(*) filter (is_counted and in_object_run) as counted_in_object_run,
        count(*) filter (is_counted and in_run) as counted_in_run
    from listed
    group by row_id, space_id
),

of_space as (
    select
        canvases.row_id,
        coalesce(listed.frames, 0) + n_counted::hugeint - coalesce(counted, 0) as frames,
        coalesce(with_objects, 0) + coalesce(reached.in_object_run, 0) - coalesce(counted_in_object_run, 0)
            as with_objects,
        coalesce(with_classifications_only, 0)
            + coalesce(reached.in_run, 0) - coalesce(counted_in_run, 0)
            - coalesce(reached.in_object_run, 0) + coalesce(counted_in_object_run, 0) as with_classifications_only
    from canvases
    left join listed_of_space as listed on listed.row_id = canvases.row_id and listed.space_id = canvases.space_id
    left join reached on reached.row_id = canvases.row_id and reached.space_id = canvases.space_id
),

summed as (
    select
        data_type,
        label_status,
        sum(frames) as frames,
        sum(with_objects) as with_objects,
        sum(with_classifications_only) as with_classifications_only
    from of_space
    join label_rows on label_rows.row_id = of_space.row_id
    group by data_type, label_status
)

select
    data_type,
    label_status,
    least(frames, 9223372036854775807)::bigint as frames,
    least(with_objects, 9223372036854775807)::bigint as with_objects,
    least(with_classifications_only, 9223372036854775807)::bigint as with_classifications_only,
    least(frames - with_objects - with_classifications_only, 9223372036854775807)::bigint as empty,
    round(
        (frames - with_objects - with_classifications_only)::double / nullif(frames, 0)::double, 4
    ) as share_empty
from summed
order by data_type, label_status
