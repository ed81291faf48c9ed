package flows_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/flows"
)

// The order of the records, their division into files, and how many files are read at
// once have no effect, also where ports and addresses are folded.
func TestOrderAndFilesHaveNoEffect(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		lines := randomLines(r, 30000)
		one := t.TempDir()
		write(t, one, "all.log", header+"\n"+strings.Join(lines, "\n")+"\n")
		whole := read(t, flows.Options{Workers: 1}, one)
		want := text(whole)
		if addresses, ports := folded(whole); addresses == 0 || ports == 0 {
			t.Fatalf("%d rows with folded addresses and %d with folded ports: the test shows nothing", addresses, ports)
		}
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		many := t.TempDir()
		for part := 0; len(lines) > 0; part++ {
			n := min(len(lines), 1+r.IntN(6000))
			write(t, many, fmt.Sprintf("%d/%d.log.gz", part%3, part), header+"\n"+strings.Join(lines[:n], "\n")+"\n")
			lines = lines[n:]
		}
		if got := text(read(t, flows.Options{Workers: 3}, many)); got != want {
			t.Fatalf("seed %d: shuffled and split files give another summary: %s", seed, firstDifference(got, want))
		}
	}
}

// Ports that are folded after addresses of theirs were keep the blocks of addresses.
func TestPortsFoldAfterAddresses(t *testing.T) {
	const form = "interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end\n"
	var lines []string
	add := func(remote string, port int) {
		lines = append(lines, fmt.Sprintf("eni-0a ingress %s 10.0.0.5 40000 %d 6 2 REJECT 1 40 %d %d", remote, port, begin, begin+60))
	}
	for i := range 300 {
		add(fmt.Sprintf("9.%d.%d.7", i%256, i/256), 2000)
	}
	for i := range 300 {
		add("8.8.8.8", 3000+i)
	}
	forward := read(t, flows.Options{}, write(t, t.TempDir(), "x.log", form+strings.Join(lines, "\n")+"\n"))
	slices.Reverse(lines)
	back := read(t, flows.Options{}, write(t, t.TempDir(), "x.log", form+strings.Join(lines, "\n")+"\n"))
	if a, b := text(forward), text(back); a != b {
		t.Error(firstDifference(a, b))
	}
	if addresses, ports := folded(forward); addresses == 0 || ports == 0 {
		t.Errorf("%d rows with folded addresses and %d with folded ports: the test shows nothing", addresses, ports)
	}
	// What is folded keeps its blocks when it is added to what is not.
	sum := read(t, flows.Options{}, write(t, t.TempDir(), "x.log", form+lines[0]+"\n"))
	sum.Add(read(t, flows.Options{}, write(t, t.TempDir(), "x.log", form+strings.Join(lines[1:], "\n")+"\n")))
	if a, b := text(sum), text(back); a != b {
		t.Error(firstDifference(a, b))
	}
}

// The window of a sum is that of all its records, whichever is added to which.
func TestWindowOfSums(t *testing.T) {
	part := func(start int) *flows.Summary {
		return read(t, flows.Options{}, write(t, t.TempDir(), "x.log", fmt.Sprintf("interface-id flow-direction srcaddr dstaddr srcport dstport protocol action start end\neni-0a ingress 9.9.9.9 10.0.0.5 40000 443 6 ACCEPT %d %d\n", start, start+60)))
	}
	for _, starts := range [][2]int{{begin, begin + 86400}, {begin + 86400, begin}} {
		sum := part(starts[0])
		sum.Add(part(starts[1]))
		if f := rows(sum); sum.First != begin || sum.Last != begin+86460 || len(f) != 1 || f[0].First != begin || f[0].Last != begin+86460 {
			t.Errorf("%v: from %d to %d, %+v", starts, sum.First-begin, sum.Last-begin, f)
		}
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}

// folded counts the rows of a summary with folded addresses, and those with folded ports.
func folded(s *flows.Summary) (addresses, ports int) {
	for f := range s.All() {
		if !f.Remote.IsSingleIP() {
			addresses++
		}
		if f.FirstPort != f.LastPort {
			ports++
		}
	}
	return addresses, ports
}

// A summary that was saved is the same when it is loaded, and adds up like the records.
func TestSave(t *testing.T) {
	lines := randomLines(rand.New(rand.NewPCG(7, 7)), 30000)
	folder := t.TempDir()
	a := write(t, folder, "a.log", header+"\n"+strings.Join(lines[:11000], "\n")+"\nbroken\n")
	b := write(t, folder, "b.log", header+"\n"+strings.Join(lines[11000:], "\n")+"\n")
	want := text(read(t, flows.Options{}, folder))
	saved := func(s *flows.Summary) string {
		var out strings.Builder
		if err := s.Save(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	first := saved(read(t, flows.Options{}, a))
	sum, err := flows.Load([]byte(first))
	if err != nil {
		t.Fatal(err)
	}
	if again := saved(sum); again != first {
		t.Error("a summary that was loaded is another one: " + firstDifference(again, first))
	}
	other, err := flows.Load([]byte(saved(read(t, flows.Options{}, b))))
	if err != nil {
		t.Fatal(err)
	}
	sum.Add(other)
	if got := text(sum); got != want {
		t.Error("two summaries add up to another one than their records: " + firstDifference(got, want))
	}
	if len(sum.Notes) != 1 {
		t.Errorf("notes: %v", sum.Notes)
	}
	for name, damaged := range map[string]string{
		"cut off": first[:len(first)/2], "without its end": first[:strings.LastIndex(first, `{"sha256"`)], "changed": strings.Replace(first, `"interface":"eni-00"`, `"interface":"eni-07"`, 1),
		"another version": strings.Replace(first, `_summary":"2"`, `_summary":"3"`, 1), "other JSON": "{}\n", "more after it": first + "\n", "a row of no interface": strings.Replace(first, `{"row":[0,`, `{"row":[9,`, 1),
	} {
		if _, err := flows.Load([]byte(damaged)); err == nil {
			t.Errorf("a summary that is %s was loaded", name)
		}
	}
}
