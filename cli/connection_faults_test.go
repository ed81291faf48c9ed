package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// faultyName is the host name that the name server of these tests knows.
const faultyName = "ec2.fault.example"

// Codes of a name server's answer (RFC 1035, 4.1.1).
const (
	noSuchName    = 3
	serverFailure = 2
)

// quiet is the log of a server that ends connections on purpose.
var quiet = log.New(io.Discard, "", 0)

// resolveWith makes the process ask a name server on loopback, which answers the
// first queries for IPv4 addresses with 127.0.0.1, and the others with a code.
func resolveWith(t *testing.T, good int, code uint16) {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		server.Close()
	})
	go func() {
		query := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(query)
			if err != nil {
				return
			}
			end := 12
			for end < n && query[end] != 0 { // the labels of the name
				end += int(query[end]) + 1
			}
			if end+5 > n {
				continue
			}
			answer := append([]byte{}, query[:end+5]...)
			binary.BigEndian.PutUint16(answer[2:], 0x8180) // an answer, of a server that recurses
			copy(answer[6:12], make([]byte, 6))
			switch addresses := binary.BigEndian.Uint16(query[end+1:]) == 1; {
			case good <= 0:
				binary.BigEndian.PutUint16(answer[2:], 0x8180|code)
			case addresses:
				good--
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
			}
			_, _ = server.WriteTo(answer, from)
		}
	}()
}

// certificate returns one for a name, which it signs itself, and its PEM.
func certificate(t *testing.T, name string, until time.Time) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TestNoConnection ends each run that cannot begin with exit code 2, a reason and a
// hint: no name, no server at the address, no TLS that can be trusted.
func TestNoConnection(t *testing.T) {
	workplace(t)
	served := notation.MustParse(twoRegions).Inventory
	s, err := endpoint.Serve(served, endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	good, trusted := certificate(t, faultyName, time.Now().Add(time.Hour))
	stranger, _ := certificate(t, faultyName, time.Now().Add(time.Hour))
	old, oldPEM := certificate(t, faultyName, time.Now().Add(-time.Hour))
	other, otherPEM := certificate(t, "other.example", time.Now().Add(time.Hour))
	if err := os.WriteFile("trusted.pem", append(append(trusted, oldPEM...), otherPEM...), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", "trusted.pem")
	over := func(c tls.Certificate) func(t *testing.T) (string, func()) {
		return func(t *testing.T) (string, func()) {
			front := httptest.NewUnstartedServer(s)
			front.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
			front.Config.ErrorLog = quiet
			front.StartTLS()
			return at(t, front.URL, "https"), front.Close
		}
	}
	connection := func(do func(net.Conn)) func(t *testing.T) (string, func()) {
		return func(t *testing.T) (string, func()) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var open []net.Conn
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					do(c)
					open = append(open, c)
				}
			}()
			return at(t, "http://"+l.Addr().String(), "https"), func() {
				l.Close()
				<-ended
				for _, c := range open {
					c.Close()
				}
			}
		}
	}
	plain := func(t *testing.T) (string, func()) { return at(t, s.URL, "http"), func() {} }
	for name, c := range map[string]struct {
		resolves int
		code     uint16
		serve    func(t *testing.T) (url string, over func())
		message  string // empty: the run is complete
	}{
		"all is well":                       {100, 0, over(good), ""},
		"no such name":                      {0, noSuchName, plain, "the name " + faultyName + " could not be resolved"},
		"name server fails":                 {0, serverFailure, plain, "the name " + faultyName + " could not be resolved"},
		"certificate of a stranger":         {100, 0, over(stranger), "AWS cannot be reached: x509: certificate signed by unknown authority"},
		"certificate of the past":           {100, 0, over(old), "AWS cannot be reached: x509: certificate has expired or is not yet valid"},
		"certificate of another name":       {100, 0, over(other), "AWS cannot be reached: x509: certificate is valid for other.example, not " + faultyName},
		"no TLS":                            {100, 0, func(t *testing.T) (string, func()) { return at(t, s.URL, "https"), func() {} }, "AWS cannot be reached: "},
		"TLS that stops in the handshake":   {100, 0, connection(func(net.Conn) {}), "AWS cannot be reached: "},
		"connections that end at once":      {100, 0, connection(func(c net.Conn) { c.Close() }), "AWS cannot be reached: "},
		"connections that are reset":        {100, 0, connection(func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0); c.Close() }), "AWS cannot be reached: "},
		"nobody at the address":             {100, 0, func(*testing.T) (string, func()) { return "https://" + faultyName + ":1", func() {} }, "AWS cannot be reached: "},
		"an endpoint that speaks nonsense":  {100, 0, connection(func(c net.Conn) { _, _ = c.Write([]byte("220 ready\r\n")) }), "AWS cannot be reached: "},
		"an endpoint of endless first line": {100, 0, connection(func(c net.Conn) { _, _ = c.Write([]byte(strings.Repeat("x", 1<<16))) }), "AWS cannot be reached: "},
	} {
		t.Run(name, func(t *testing.T) {
			resolveWith(t, c.resolves, c.code)
			address, end := c.serve(t)
			run := auditUnder(t, address, end)
			run.loses(t, served)
			if c.message == "" {
				if run.code != exitDone {
					t.Errorf("exit code %d: %s", run.code, run.stderr)
				}
				return
			}
			if run.code != exitFailed || !strings.Contains(run.stderr, "sgaudit: "+c.message) || !strings.Contains(run.stderr, "hint: ") {
				t.Errorf("exit code %d: %s", run.code, run.stderr)
			}
		})
	}
}

// at returns the address of a server under the name of these tests.
func at(t *testing.T, server, scheme string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	return scheme + "://" + net.JoinHostPort(faultyName, u.Port())
}

// TestConnectionLostMidway takes the name, the certificate or the whole endpoint away
// while the regions are read. What was read before is in the report.
func TestConnectionLostMidway(t *testing.T) {
	workplace(t)
	served := notation.MustParse(twoRegions).Inventory
	good, trusted := certificate(t, faultyName, time.Now().Add(time.Hour))
	stranger, _ := certificate(t, faultyName, time.Now().Add(time.Hour))
	if err := os.WriteFile("trusted.pem", trusted, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", "trusted.pem")
	const all = 1 << 30
	for name, most := range map[string]struct{ names, handshakes, requests int }{
		// Lookups of a name that come at once are one: more of them could be enough.
		"name gone after two lookups":                      {2, all, all},
		"name gone after three lookups":                    {3, all, all},
		"another certificate after four handshakes":        {all, 4, all},
		"all connections end at once after three requests": {all, all, 3},
		"all connections end at once after six requests":   {all, all, 6},
	} {
		t.Run(name, func(t *testing.T) {
			resolveWith(t, most.names, noSuchName)
			s, err := endpoint.Serve(served, endpoint.Options{PageSize: 1})
			if err != nil {
				t.Fatal(err)
			}
			var handshakes, requests atomic.Int64
			front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) > int64(most.requests) {
					panic(http.ErrAbortHandler)
				}
				s.ServeHTTP(w, r)
			}))
			front.Config.ErrorLog = quiet
			front.Config.SetKeepAlivesEnabled(false) // each call has a connection of its own
			front.TLS = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				if handshakes.Add(1) > int64(most.handshakes) {
					return &stranger, nil
				}
				return &good, nil
			}}
			front.StartTLS()
			run := auditUnder(t, at(t, front.URL, "https"), func() { front.Close(); _ = s.Close() }, "--depth", "groups", "--region-deadline", "20s")
			run.loses(t, served)
			if run.code != exitIncomplete {
				t.Errorf("exit code %d:\n%s", run.code, run.stderr)
			}
			for _, c := range run.report.Coverage {
				for _, g := range c.Gaps {
					if g.Kind != "unreachable" {
						t.Errorf("%s: %+v", c.Region, g)
					}
				}
			}
		})
	}
}
