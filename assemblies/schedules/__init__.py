"""Jobs that run assemblies on time. Above execution, which knows nothing of them."""
