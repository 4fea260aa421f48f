"""Liuhen 留痕: the sync service and its record chain."""
