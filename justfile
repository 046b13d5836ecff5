# Tasks for contributors; each is one command that also works without just.

# All checks, as CI runs them.
check:
    python tests/check.py

# The tests alone.
test *args:
    python -m pytest {{ args }}

# Invent exports for a long time and hold every property against them.
fuzz *args:
    python tests/fuzz.py {{ args }}

# Put the code into its form.
format:
    ruff format .
    ruff check --fix .

# Time and memory of flattening, beside orjson alone.
bench *args:
    python benchmarks/run.py {{ args }}
