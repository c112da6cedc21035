"""Imports vendors' API descriptions (Swagger 2.0, OpenAPI 3, Bicep types, service models) as contract folders."""
