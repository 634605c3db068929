module heldout

go 1.23

require (
	github.com/gorilla/websocket v1.5.3
	golang.org/x/sync v0.8.0
	google.golang.org/grpc v1.67.1
)
