"""Vendors' API descriptions (Swagger 2.0, OpenAPI 3) as contract folders."""
