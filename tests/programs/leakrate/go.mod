module waitscope.example/leakrate

go 1.19
