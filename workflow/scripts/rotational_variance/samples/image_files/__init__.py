"""Images as people have them, in a folder, a zip or a tar, read into a Dataset: pixels as a person sees them.

Names are looked through first (tree_names, folder_tree, archive_tree, class_folders), then files are decoded (pixels,
squares), and put together (read_images).
"""
