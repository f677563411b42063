"""Can the library do its work now? Cheap questions only; reading every byte is `verify`'s part."""
