//! Projects on disk: the pipeline spec, source files, settings and path mapping.
