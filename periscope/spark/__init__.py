"""The same dbt project on Apache Spark, for when many poles no longer fit a laptop (docs/passage-a-l-echelle.md)."""
