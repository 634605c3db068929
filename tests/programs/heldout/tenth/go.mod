module heldout

go 1.23

require github.com/sony/gobreaker v1.0.0

require github.com/alicebob/miniredis/v2 v2.33.0

require github.com/redis/go-redis/v9 v9.7.0

require github.com/nats-io/nats.go v1.37.0

require github.com/nats-io/nats-server/v2 v2.10.22

require github.com/gorilla/websocket v1.5.3

require github.com/go-chi/chi/v5 v5.1.0

require github.com/robfig/cron/v3 v3.0.1

require github.com/hashicorp/golang-lru/v2 v2.0.7

require github.com/miekg/dns v1.1.58

require github.com/syndtr/goleveldb v1.0.0

require github.com/hashicorp/yamux v0.1.1

require github.com/hashicorp/go-retryablehttp v0.7.7

require github.com/hibiken/asynq v0.24.1

require github.com/jackc/puddle/v2 v2.2.2

require github.com/sourcegraph/conc v0.3.0

require github.com/emersion/go-smtp v0.21.3

require go.etcd.io/bbolt v1.3.11

require google.golang.org/grpc v1.67.1

require modernc.org/sqlite v1.33.1

require github.com/prometheus/client_golang v1.20.5

require github.com/eclipse/paho.mqtt.golang v1.5.0

require github.com/mochi-mqtt/server/v2 v2.6.6

require github.com/fsnotify/fsnotify v1.7.0

require golang.org/x/sync v0.10.0

require (
	golang.org/x/time v0.7.0
	google.golang.org/protobuf v1.34.2
)

require (
	github.com/alicebob/gopher-json v0.0.0-20200520072559-a9ecdc9d1d3a // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/dgryski/go-rendezvous v0.0.0-20200823014737-9f7001d12a5f // indirect
	github.com/dustin/go-humanize v1.0.1 // indirect
	github.com/emersion/go-sasl v0.0.0-20200509203442-7bfe0ed36a21 // indirect
	github.com/golang/protobuf v1.5.2 // indirect
	github.com/golang/snappy v0.0.4 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/klauspost/compress v1.17.11 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/minio/highwayhash v1.0.3 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/nats-io/jwt/v2 v2.5.8 // indirect
	github.com/nats-io/nkeys v0.4.7 // indirect
	github.com/nats-io/nuid v1.0.1 // indirect
	github.com/ncruces/go-strftime v0.1.9 // indirect
	github.com/prometheus/client_model v0.6.1 // indirect
	github.com/prometheus/common v0.55.0 // indirect
	github.com/prometheus/procfs v0.15.1 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/rs/xid v1.4.0 // indirect
	github.com/spf13/cast v1.3.1 // indirect
	github.com/yuin/gopher-lua v1.1.1 // indirect
	go.uber.org/atomic v1.7.0 // indirect
	go.uber.org/multierr v1.9.0 // indirect
	golang.org/x/crypto v0.28.0 // indirect
	golang.org/x/mod v0.17.0 // indirect
	golang.org/x/net v0.28.0 // indirect
	golang.org/x/sys v0.26.0 // indirect
	golang.org/x/text v0.19.0 // indirect
	golang.org/x/tools v0.21.1-0.20240508182429-e35e4ccd0d2d // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20240814211410-ddb44dafa142 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
	modernc.org/gc/v3 v3.0.0-20240107210532-573471604cb6 // indirect
	modernc.org/libc v1.55.3 // indirect
	modernc.org/mathutil v1.6.0 // indirect
	modernc.org/memory v1.8.0 // indirect
	modernc.org/strutil v1.2.0 // indirect
	modernc.org/token v1.1.0 // indirect
)
