"""What people say about an assembly next to its content, typed on a page: notes, settings, other names."""
