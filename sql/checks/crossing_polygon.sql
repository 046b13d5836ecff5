-- Which polygons cross themselves?
-- One row per row of objects.
-- Deleted objects do not count.
-- severity: error
--
-- Two edges of one ring cross in a point inside both; that they touch, or meet at a vertex, is no crossing. Polygons
-- that reach a thousand frames out are left out. value: the pairs of edges that cross.
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

measured as materialized (
    select
        ring_number, edge, a.x as a_x, a.y as a_y, b.x as b_x, b.y as b_y,
        ceil(log2(greatest(abs(b.x - a.x), abs(b.y - a.y))))::int as level
    from edges
    semi join winding using (ring_number)
    where a <> b
),

levelled as materialized (
    select ring_number, edge, a_x, a_y, b_x, b_y, greatest(level, top_level - 16) as own_level
    from measured
    join (select ring_number, max(level) as top_level from measured group by ring_number) as tops using (ring_number)
),

on_levels as (
    select levelled.*, levels.own_level as cell_level, pow(2, levels.own_level) as cell_size
    from levelled
    join (select distinct ring_number, own_level from levelled) as levels
        on levels.ring_number = levelled.ring_number and levels.own_level >= levelled.own_level
),

columned as (
    select
        *,
        unnest(
            range(
                floor(least(a_x, b_x) / cell_size)::bigint, floor(greatest(a_x, b_x) / cell_size)::bigint + 1
            )
        ) as x_cell
    from on_levels
),

celled as materialized (
    select
        *,
        unnest(
            range(
                floor(least(a_y, b_y) / cell_size)::bigint, floor(greatest(a_y, b_y) / cell_size)::bigint + 1
            )
        ) as y_cell
    from columned
),

meetings as (
    select
        one.ring_number,
        one.edge,
        other.edge as other_edge,
        (one.b_x - one.a_x) * (other.a_y - one.a_y) - (one.b_y - one.a_y) * (other.a_x - one.a_x) as other_a_side,
        (one.b_x - one.a_x) * (other.b_y - one.a_y) - (one.b_y - one.a_y) * (other.b_x - one.a_x) as other_b_side,
        (other.b_x - other.a_x) * (one.a_y - other.a_y) - (other.b_y - other.a_y) * (one.a_x - other.a_x) as one_a_side,
        (other.b_x - other.a_x) * (one.b_y - other.a_y) - (other.b_y - other.a_y) * (one.b_x - other.a_x) as one_b_side
    from celled as one
    join celled as other using (ring_number, cell_level, x_cell, y_cell)
    where one.own_level = one.cell_level and (other.own_level < other.cell_level or one.edge < other.edge)
),

crossings as (
    select distinct ring_number, edge, other_edge
    from meetings
    where least(other_a_side, other_b_side) < -1e-12
        and greatest(other_a_side, other_b_side) > 1e-12
        and least(one_a_side, one_b_side) < -1e-12
        and greatest(one_a_side, one_b_side) > 1e-12
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
