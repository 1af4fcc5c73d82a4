"""The questions, one module per exercise; file names give the order of the course."""
