module waitscope.example/lru

go 1.22
