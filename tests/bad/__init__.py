"""Every kind of bad input that we know, and what must become of it.

export   the good export in whose middle each kind is planted
kind     what a kind is, and how one is planted
values   values within a label row
texts    the text of label rows, and what stands between them
files    whole files, what they are packed in, and the file system
legal    what only looks bad
corpus   all of them by name
"""
