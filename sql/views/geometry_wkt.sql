-- What is the geometry of each object as well-known text?
-- One row per row of objects of a shape that well-known text can spell.
--
-- Boxes and the fronts of 2D cuboids are POLYGON, polygons MULTIPOLYGON with closed rings, polylines LINESTRING, points
-- POINT, skeletons MULTIPOINT of their keypoints. What has a z is spelt POINT Z or LINESTRING Z, in scene units in both
-- columns. Masks, ellipses, circles and 3D cuboids have no row, nor have a rotated box on a frame of unknown size and a
-- polygon with a ring of less than three vertices.
--
-- column wkt: Geometry in fractions of the frame, origin top left, y down.
-- column wkt_px: Geometry in px, origin top left, y down; null where the size of the frame is unknown.
-- column is_deleted: True where it was deleted, else false.
with sized as (
    select
        objects.row_id,
        objects.label_hash,
        objects.space_id,
        objects.timeline_id,
        objects.frame,
        objects.object_hash,
        objects.name,
        objects.shape,
        coalesce(objects.is_deleted, false) as is_deleted,
        objects.x,
        objects.y,
        objects.w,
        objects.h,
        objects.box,
        radians(coalesce(objects.theta, 0) % 360) as angle,
        coalesce(objects.theta, 0) % 180 = 0 as is_upright,
        objects.polygons,
        objects.points,
        objects.keypoints,
        objects.cuboid_2d,
        coalesce(frames.width, spaces.width)::double as width,
        coalesce(frames.height, spaces.height)::double as height
    from objects
    left join spaces on spaces.row_id = objects.row_id and spaces.space_id = objects.space_id
    left join frames
        on frames.row_id = objects.row_id and frames.space_id = objects.space_id and frames.frame = objects.frame
),

parted as (
    select
        * exclude (x, y, w, h, box, angle, is_upright, polygons, points, keypoints, cuboid_2d),
        case
            when shape = 'polygon' then 'MULTIPOLYGON'
            when shape in ('bounding_box', 'rotatable_bounding_box', 'cuboid_2d') then 'POLYGON'
            when shape = 'polyline' then 'LINESTRING'
            when shape = 'point' then 'POINT'
            when shape = 'skeleton' then 'MULTIPOINT'
        end as kind,
        case
            when shape = 'polygon' then polygons
            when shape = 'cuboid_2d' then [[cuboid_2d.front]]
            when shape = 'bounding_box'
                then [[[
                    {'x': x + w * corner.x, 'y': y + h * corner.y}
                    for corner in [{'x': 0, 'y': 0}, {'x': 1, 'y': 0}, {'x': 1, 'y': 1}, {'x': 0, 'y': 1}]
                ]]]
            when shape = 'rotatable_bounding_box' and is_upright
                then [[[
                    {'x': box.x + box.w * corner.x, 'y': box.y + box.h * corner.y}
                    for corner in [{'x': 0, 'y': 0}, {'x': 1, 'y': 0}, {'x': 1, 'y': 1}, {'x': 0, 'y': 1}]
                ]]]
            when shape = 'rotatable_bounding_box' and width > 0 and height > 0
                then [[[
                    {
                        'x': box.x + box.w / 2
                            + (box.w * width * corner.x * cos(angle) - box.h * height * corner.y * sin(angle)) / width,
                        'y': box.y + box.h / 2
                            + (box.w * width * corner.x * sin(angle) + box.h * height * corner.y * cos(angle)) / height
                    }
                    for corner in [
                        {'x': -0.5, 'y': -0.5}, {'x': 0.5, 'y': -0.5}, {'x': 0.5, 'y': 0.5}, {'x': -0.5, 'y': 0.5}
                    ]
                ]]]
        end as outlines,
        case
            when shape in ('polyline', 'point') then points
            when shape = 'skeleton' then [{'x': keypoint.x, 'y': keypoint.y, 'z': null::double} for keypoint in keypoints]
        end as vertices
    from sized
),

spelt as (
    select
        *,
        len(vertices) > 0 and vertices[1].z is not null as has_z,
        case
            when kind = 'MULTIPOLYGON'
                then [
                    array_to_string(
                        [
                            '(' || array_to_string(
                                [
                                    '(' || array_to_string(
                                        [
                                            v.x * scale.x || ' ' || v.y * scale.y
                                            for v in list_concat(ring, ring[1:1])
                                        ],
                                        ', '
                                    ) || ')'
                                    for ring in part
                                ],
                                ', '
                            ) || ')'
                            for part in outlines
                        ],
                        ', '
                    )
                    for scale in [{'x': 1, 'y': 1}, {'x': width, 'y': height}]
                ]
            when kind = 'POLYGON'
                then [
                    '(' || array_to_string(
                        [
                            v.x * scale.x || ' ' || v.y * scale.y
                            for v in list_concat(outlines[1][1], outlines[1][1][1:1])
                        ],
                        ', '
                    ) || ')'
                    for scale in [{'x': 1, 'y': 1}, {'x': width, 'y': height}]
                ]
            when kind = 'MULTIPOINT'
                then [
                    array_to_string(['(' || v.x * scale.x || ' ' || v.y * scale.y || ')' for v in vertices], ', ')
                    for scale in [{'x': 1, 'y': 1}, {'x': width, 'y': height}]
                ]
            when len(vertices) > 0 and vertices[1].z is not null
                then [
                    array_to_string([v.x || ' ' || v.y || ' ' || v.z for v in vertices], ', ')
                    for copy in [1, 2]
                ]
            else [
                array_to_string([v.x * scale.x || ' ' || v.y * scale.y for v in vertices], ', ')
                for scale in [{'x': 1, 'y': 1}, {'x': width, 'y': height}]
            ]
        end as texts
    from parted
    where
        (kind = 'POINT' and len(vertices) = 1)
        or (kind = 'LINESTRING' and len(vertices) > 1)
        or (kind = 'MULTIPOINT' and len(vertices) > 0)
        or (
            kind = 'MULTIPOLYGON'
            and list_min([coalesce(list_min([len(ring) for ring in part]), 0) for part in outlines]) > 2
        )
        or (kind = 'POLYGON' and len(outlines[1][1]) > 2 and outlines[1][1][1].x is not null)
)

select
    row_id,
    label_hash,
    space_id,
    timeline_id,
    frame,
    object_hash,
    name,
    shape,
    kind || case when has_z then ' Z (' else ' (' end || texts[1] || ')' as wkt,
    case
        when has_z or (width > 0 and height > 0)
            then kind || case when has_z then ' Z (' else ' (' end || texts[2] || ')'
    end as wkt_px,
    is_deleted
from spelt
