"""Suppliers of cars, hotel rooms and seats: the interface for your own, HTTP, simulated."""

from saga.suppliers.supplier import Supplier, SupplierCall

__all__ = ["Supplier", "SupplierCall"]
