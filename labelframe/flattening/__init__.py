"""Turn decoded label rows into columns, one set per table.

In: decoded label rows. Out: columns keyed by table name. No files, no Parquet, no SQL. Two rooms share the work: `hot`
takes everything under `labels`, `cold` the rest; `Flattener` leads a label row through both.
"""

from labelframe.flattening.flattener import Account, Flattener
from labelframe.flattening.ontology import Ontology

__all__ = ["Account", "Flattener", "Ontology"]
