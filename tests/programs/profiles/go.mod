module waitscope.example/profiles

go 1.22
