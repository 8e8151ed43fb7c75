//! Forms of the graph for people and programs.
