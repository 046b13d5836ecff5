-- How unevenly are objects spread over the classes?
-- One row per class, the most frequent first; classes never used are absent.
-- Deleted objects do not count.
--
-- objects counts an object once on each of its frames or ranges, as class_counts does. The last three columns are of
-- all classes together and the same in every row. An object that stands both in a Data Group's label row and in a
-- child's counts in the child's.
--
-- parameter beta = 0.999 (0 to 1): Of the weights: 0 weighs all classes alike, near 1 by the inverse of their objects.
-- column rank: Place by number of objects, from 1; classes with as many share one.
-- column cumulative_share: Share of this class and all before it.
-- column class_weight: (1 - beta) / (1 - beta ^ objects), one over the effective number of samples (Cui et al. 2019).
-- column classes: Classes that are used.
-- column effective_classes: Classes that, all used alike, were as diverse: exp of the Shannon entropy of the shares.
-- column gini: Gini coefficient of objects: 0 where all classes have as many, near 1 where one has nearly all.
with counted as (
    select name as class, count(*) as objects
    from objects_once
    where not coalesce(is_deleted, false)
    group by name
),

placed as (
    select
        class,
        objects,
        rank() over (order by objects desc) as rank,
        row_number() over (order by objects, class) as place,
        sum(objects) over (order by objects desc, class rows unbounded preceding) as reached,
        sum(objects) over () as total,
        count(*) over () as classes
    from counted
),

summed as (
    select
        -sum(objects / total * ln(objects / total)) as entropy,
        sum((2 * place - classes - 1) * objects) / any_value(classes * total) as gini
    from placed
)

select
    class,
    objects,
    round(objects / total, 4) as share,
    rank,
    round(reached / total, 4) as cumulative_share,
    coalesce((1 - $beta) / nullif(1 - pow($beta, objects), 0), 1 / objects) as class_weight,
    classes,
    round(exp(entropy), 4) as effective_classes,
    round(gini, 4) as gini
from placed
cross join summed
order by objects desc, class
