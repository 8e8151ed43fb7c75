//! SQL text to the unresolved plan: lexer, parser, text substitution.
