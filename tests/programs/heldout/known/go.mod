module heldout

go 1.19

require (
	golang.org/x/sync v0.6.0
	golang.org/x/time v0.5.0
)
