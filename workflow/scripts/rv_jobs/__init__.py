"""What jobs with torch compute: from files to files. Scripts import these only where there is something to compute."""
