module waitscope.example/small

go 1.19
