-- Which polygons cross themselves?
-- One row per row of objects.
-- Deleted objects do not count.
-- severity: error
--
-- Two edges of one ring cross in a point inside both; that they touch, or meet at a vertex, is no crossing. Rings that
-- lie wholly beyond a thousand frames are left out. value: the pairs of edges that cross.
--
-- A ring whose vertices go round its middle once, all in one direction, cannot cross itself. Edges of the others are
-- put on grids of cells that are twice, four times ... as large, each where a cell is as large as the edge, and
-- compared with those of the same cell that are as long or shorter. So the work is that of the pairs in a cell, not of
-- all pairs.
with rings as materialized (
    select
        row_id, label_hash, space_id, frame, object_hash, name, entry, ring,
        row_number() over () as ring_number,
        list_avg([v.x for v in ring]) as middle_x,
        list_avg([v.y for v in ring]) as middle_y
    from (
        select *, unnest(flatten(polygons)) as ring
        from (
            select
                row_id, label_hash, space_id, frame, object_hash, name, polygons,
                row_number() over () as entry
            from objects_once
            where polygons is not null
                and shape = 'polygon'
                and n_vertices > 3
                and x between -1e3 and 1e3 and y between -1e3 and 1e3 and w < 1e3 and h < 1e3
                and not coalesce(is_deleted, false)
        )
    )
    where len(ring) > 3
),

edges as (
    select
        ring_number, middle_x, middle_y,
        unnest(ring) as a,
        unnest(ring[2:] || ring[:1]) as b,
        unnest(range(len(ring))) as edge
    from rings
),

turns as (
    select
        ring_number, middle_y, a.y as start_y, b.y as end_y,
        (a.x - middle_x) * (b.y - middle_y) - (a.y - middle_y) * (b.x - middle_x) as turn
    from edges
    where a <> b
),

winding as materialized (
    select ring_number
    from turns
    group by ring_number
    having not (
        min(turn) > 1e-12 and count(*) filter (start_y < middle_y and end_y >= middle_y) = 1
        or max(turn) < -1e-12 and count(*) filter (start_y >= middle_y and end_y < middle_y) = 1
    )
),

levelled as (
    select
        *,
        greatest(level, max(level) over (partition by ring_number) - 16) as own_level,
        max(level) over (partition by ring_number) as top_level
    from (
        select
            ring_number, edge, a.x as a_x, a.y as a_y, b.x as b_x, b.y as b_y,
            ceil(log2(greatest(abs(b.x - a.x), abs(b.y - a.y))))::int as level
        from edges
        semi join winding using (ring_number)
        where a <> b
    )
),

on_levels as (
    select *, unnest(range(own_level, top_level + 1)) as cell_level
    from levelled
),

columned as (
    select
        *,
        unnest(
            range(
                floor(least(a_x, b_x) / pow(2, cell_level))::bigint, floor(greatest(a_x, b_x) / pow(2, cell_level))::bigint + 1
            )
        ) as x_cell
    from on_levels
),

celled as materialized (
    select
        *,
        unnest(
            range(
                floor(least(a_y, b_y) / pow(2, cell_level))::bigint, floor(greatest(a_y, b_y) / pow(2, cell_level))::bigint + 1
            )
        ) as y_cell
    from columned
),

crossings as (
    select distinct one.ring_number, one.edge, other.edge as other_edge
    from celled as one
    join celled as other using (ring_number, cell_level, x_cell, y_cell)
    where one.own_level = one.cell_level
        and (other.own_level < other.cell_level or one.edge < other.edge)
        and greatest(least(one.a_x, one.b_x), least(other.a_x, other.b_x))
        <= least(greatest(one.a_x, one.b_x), greatest(other.a_x, other.b_x))
        and greatest(least(one.a_y, one.b_y), least(other.a_y, other.b_y))
        <= least(greatest(one.a_y, one.b_y), greatest(other.a_y, other.b_y))
        and (
            (one.b_x - one.a_x) * (other.a_y - one.a_y) - (one.b_y - one.a_y) * (other.a_x - one.a_x) > 1e-12
            and (one.b_x - one.a_x) * (other.b_y - one.a_y) - (one.b_y - one.a_y) * (other.b_x - one.a_x) < -1e-12
            or (one.b_x - one.a_x) * (other.a_y - one.a_y) - (one.b_y - one.a_y) * (other.a_x - one.a_x) < -1e-12
            and (one.b_x - one.a_x) * (other.b_y - one.a_y) - (one.b_y - one.a_y) * (other.b_x - one.a_x) > 1e-12
        )
        and (
            (other.b_x - other.a_x) * (one.a_y - other.a_y) - (other.b_y - other.a_y) * (one.a_x - other.a_x) > 1e-12
            and (other.b_x - other.a_x) * (one.b_y - other.a_y) - (other.b_y - other.a_y) * (one.b_x - other.a_x) < -1e-12
            or (other.b_x - other.a_x) * (one.a_y - other.a_y) - (other.b_y - other.a_y) * (one.a_x - other.a_x) < -1e-12
            and (other.b_x - other.a_x) * (one.b_y - other.a_y) - (other.b_y - other.a_y) * (one.b_x - other.a_x) > 1e-12
        )
)

select
    'crossing_polygon' as "check",
    'error' as severity,
    row_id,
    min(label_hash) as label_hash,
    space_id,
    frame,
    'object' as owner,
    object_hash as owner_hash,
    concat('The outline of ', coalesce(min(name), 'an object without a class'), ' crosses itself.') as message,
    count(*)::double as value
from crossings
join rings using (ring_number)
group by row_id, space_id, frame, object_hash, entry
order by row_id, space_id, frame, owner_hash, message, value
