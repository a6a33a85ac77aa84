from edunn.course.compat import load_nbformat_fast

load_nbformat_fast()
