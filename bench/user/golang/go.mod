module hmap-bench

go 1.23
