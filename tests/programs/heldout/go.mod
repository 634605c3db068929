module heldout

go 1.21

require (
	github.com/ThreeDotsLabs/watermill v1.3.5
	github.com/alicebob/miniredis/v2 v2.31.0
	github.com/cockroachdb/pebble v1.1.0
	github.com/dgraph-io/badger/v4 v4.2.0
	github.com/gammazero/workerpool v1.1.3
	github.com/gin-gonic/gin v1.9.1
	github.com/go-chi/chi/v5 v5.0.11
	github.com/gofiber/fiber/v2 v2.52.0
	github.com/gorilla/websocket v1.5.1
	github.com/hashicorp/golang-lru/v2 v2.0.7
	github.com/hashicorp/memberlist v0.5.0
	github.com/hashicorp/raft v1.6.0
	github.com/hashicorp/yamux v0.1.1
	github.com/hibiken/asynq v0.24.1
	github.com/jackc/puddle/v2 v2.2.1
	github.com/miekg/dns v1.1.58
	github.com/nats-io/nats-server/v2 v2.10.7
	github.com/nats-io/nats.go v1.31.0
	github.com/panjf2000/ants/v2 v2.9.0
	github.com/redis/go-redis/v9 v9.4.0
	github.com/robfig/cron/v3 v3.0.1
	github.com/sourcegraph/conc v0.3.0
	github.com/thejerf/suture/v4 v4.0.2
	github.com/twmb/franz-go v1.15.4
	go.etcd.io/bbolt v1.3.8
	go.etcd.io/raft/v3 v3.6.0-alpha.0
	go.opentelemetry.io/otel/sdk v1.21.0
	golang.org/x/crypto v0.18.0
	golang.org/x/net v0.20.0
	golang.org/x/sync v0.6.0
	golang.org/x/time v0.5.0
	google.golang.org/grpc v1.61.0
	gopkg.in/natefinch/lumberjack.v2 v2.2.1
)

