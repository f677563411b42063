"""What is said, a module for each subject, each with a function `hold`."""
