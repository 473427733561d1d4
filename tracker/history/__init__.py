"""Bulk import of history: files of any size, read line by line, through the road every event takes."""
