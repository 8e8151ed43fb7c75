//! File listing, ledgers and decoders that never lose a row.
