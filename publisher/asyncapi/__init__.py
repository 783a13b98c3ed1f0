"""The wire contract as documents for clients in any language: JSON schemas and an AsyncAPI document."""
