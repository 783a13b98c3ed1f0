"""Suppliers of what a trip's legs name: the interface for your own, HTTP, simulated."""

from saga.suppliers.supplier import Supplier, SupplierCall

__all__ = ["Supplier", "SupplierCall"]
