package flows_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/sgaudit/sgaudit/flows"
)

// header is a format with all that is used, in an order of its own.
const header = "version interface-id account-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags log-status flow-direction pkt-srcaddr pkt-dstaddr"

const begin = 1790812800 // 1 October 2026

// randomLines returns records of many interfaces, ports and addresses, so that both
// ports and addresses are folded.
func randomLines(r *rand.Rand, n int) []string {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	lines := make([]string, n)
	for i := range lines {
		own := fmt.Sprintf("10.0.0.%d", 1+r.IntN(3))
		remote := pick(fmt.Sprintf("10.0.1.%d", r.IntN(200)), fmt.Sprintf("%d.%d.%d.%d", 1+r.IntN(9), r.IntN(256), r.IntN(256), r.IntN(256)), fmt.Sprintf("2001:db8:%x::%x", r.IntN(3), r.IntN(5000)))
		port := func() int {
			return []int{22, 22, 22, 443, 8080, 1024 + r.IntN(60000), 32768 + r.IntN(32768)}[r.IntN(7)]
		}
		sp, dp := port(), port()
		direction, src, dst := "ingress", remote, own
		if r.IntN(2) == 0 {
			direction, src, dst = "egress", own, remote
		}
		protocol, flags := pick("6", "6", "6", "17", "1"), "-"
		if protocol == "6" {
			flags = pick("0", "1", "2", "3", "18", "19", "4", "-")
		}
		if protocol == "1" {
			sp, dp = 0, 0
		}
		start := begin + r.IntN(30*86400)
		lines[i] = fmt.Sprintf("5 eni-%02x 123456789012 %s %s %d %d %s %d %d %d %d %s %s OK %s %s %s", r.IntN(2), src, dst, sp, dp, protocol,
			1+r.IntN(9), 40+r.IntN(5000), start, start+r.IntN(600), pick("ACCEPT", "ACCEPT", "ACCEPT", "REJECT"), flags, direction, src, dst)
		if r.IntN(50) == 0 {
			lines[i] = fmt.Sprintf("5 eni-%02x 123456789012 - - - - - - - %d %d - - %s - - -", r.IntN(4), start, start+600, pick("NODATA", "SKIPDATA"))
		}
	}
	return lines
}

// write writes a file, compressed where its name ends in .gz, and returns its path.
func write(t testing.TB, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	content := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		content = gzipped(t, text)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read reads files that must be readable.
func read(t testing.TB, o flows.Options, paths ...string) *flows.Summary {
	t.Helper()
	s, err := flows.Read(t.Context(), paths, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// text is all that a summary says, in an order that does not depend on how it was made.
func text(s *flows.Summary) string {
	var rows []string
	for f := range s.All() {
		rows = append(rows, fmt.Sprintf("%s %s %s %d-%d %s %s %v %+v", f.Interface, f.Direction, f.Protocol, f.FirstPort, f.LastPort, f.Remote, f.Certainty, f.Rejected, f.Count))
	}
	slices.Sort(rows)
	var b strings.Builder
	fmt.Fprintln(&b, s.First, s.Last, s.Records, s.Outside, s.Late, s.Accounts)
	for _, e := range s.SortedInterfaces() {
		fmt.Fprintln(&b, e.ID, e.Account, e.Accepted, e.Days)
	}
	b.WriteString(strings.Join(rows, "\n"))
	return b.String()
}

func rows(s *flows.Summary) []flows.Flow {
	var list []flows.Flow
	for f := range s.All() {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b flows.Flow) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}
