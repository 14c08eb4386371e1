"""The page that shows a study: text and PNGs in, the text of one HTML file out."""
