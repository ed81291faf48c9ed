package ec2xml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/repeat"
)

// element is a part of an answer: an element with children or with text.
type element struct {
	name     string
	children []*element
	text     string
}

// parse reads an answer as a tree.
func parse(t *testing.T, body []byte) *element {
	t.Helper()
	around := []*element{{}}
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return around[0].children[0]
		}
		if err != nil {
			t.Fatal(err)
		}
		last := around[len(around)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local}
			last.children = append(last.children, e)
			around = append(around, e)
		case xml.EndElement:
			around = around[:len(around)-1]
		case xml.CharData:
			last.text += string(token)
		}
	}
}

// each calls visit for an element and for all within.
func (e *element) each(visit func(*element)) {
	visit(e)
	for _, c := range e.children {
		c.each(visit)
	}
}

// writer writes a tree in one of the many ways in which XML can be written.
// Plain ways are those that the scanner has to read.
type writer struct {
	rng   *rand.Rand
	odd   float64 // how often a place is written in a way that EC2 does not use
	out   strings.Builder
	plain bool // nothing odd has been written
}

func (w *writer) oddly() bool {
	odd := w.rng.Float64() < w.odd
	w.plain = w.plain && !odd
	return odd
}

func (w *writer) blank() {
	if w.rng.IntN(4) == 0 {
		w.out.WriteString([]string{" ", "\n  ", "\t", "\r\n"}[w.rng.IntN(4)])
	}
	if w.oddly() {
		w.out.WriteString([]string{"<!-- a > b -->", "<?x y?>", "text", "<![CDATA[ ]]>", "&amp;"}[w.rng.IntN(5)])
	}
}

func (w *writer) element(e *element) {
	name := e.name
	if w.oddly() {
		name = []string{strings.ToUpper(name), "x:" + name, strings.ToUpper(name[:1]) + name[1:], name + " ", name + ` a="b"`}[w.rng.IntN(5)]
	}
	end := strings.Fields(name)[0]
	if len(e.children) == 0 && e.text == "" && w.rng.IntN(2) == 0 {
		w.out.WriteString("<" + name + "/>")
		return
	}
	w.out.WriteString("<" + name + ">")
	for _, c := range e.children {
		w.blank()
		w.element(c)
	}
	if len(e.children) > 0 {
		w.blank()
	} else {
		w.text(e.text)
	}
	w.out.WriteString("</" + end + ">")
}

func (w *writer) text(text string) {
	for _, c := range text {
		switch n := w.rng.IntN(40); {
		case w.oddly():
			w.out.WriteString([]string{"<![CDATA[", "<b>", "<!---->", "&nbsp;", "\x01", "\r", "]]>", "\xff", "&#0;", "\uFFFF"}[w.rng.IntN(10)])
		case n == 0:
			fmt.Fprintf(&w.out, "&#%d;", c)
		case n == 1:
			fmt.Fprintf(&w.out, "&#x%x;", c)
		default:
			_ = xml.EscapeText(&w.out, []byte(string(c)))
		}
	}
}

var hostile = []string{
	"", " ", "a&b<c>", "]] >", "\"'", "héé", "日本", "0.0.0.0/0", "0.0.0.0/00", "10.0.0.1/8", "10.0.0.01/8", "::/0", "::ffff:10.0.0.0/104", "256.1.1.1",
	"1.2.3", "10.0.0.1%eth0", "-1", "65536", "99999999999", "007", "+7", "1e3", "true", "TRUE", "t", "0", "tcp", "TCP", "6", "icmp", "58", "256", "x",
}

// mutate changes a few things of a tree that EC2 might have answered so.
func mutate(rng *rand.Rand, root *element) {
	var all []*element
	root.each(func(e *element) { all = append(all, e) })
	for range rng.IntN(6) {
		e := all[rng.IntN(len(all))]
		switch n := len(e.children); rng.IntN(6) {
		case 0:
			rng.Shuffle(n, func(i, j int) { e.children[i], e.children[j] = e.children[j], e.children[i] })
		case 1: // one more of what is there
			if n > 0 {
				e.children = append(e.children, e.children[rng.IntN(n)])
			}
		case 2: // one less
			if n > 0 {
				i := rng.IntN(n)
				e.children = slices.Delete(slices.Clone(e.children), i, i+1)
			}
		case 3: // something new
			if n > 0 {
				e.children = append(e.children, &element{name: "colour", children: []*element{{name: "groupId", text: "sg-none"}, {name: "red"}}})
			}
		case 4: // something that is known elsewhere
			if other := all[rng.IntN(len(all))]; n > 0 && len(other.children) == 0 {
				e.children = append(e.children, other)
			}
		case 5:
			if n == 0 {
				e.text = hostile[rng.IntN(len(hostile))]
			}
		}
	}
}

// TestScannerOnMutations compares both decoders on answers that were changed:
// other orders, elements more and less, hostile texts, and every way to write
// them. Where nothing is odd the scanner reads most of them by itself.
func TestScannerOnMutations(t *testing.T) {
	rounds := repeat.Times(1500)
	plain, scanned, left := 0, 0, 0
	var served [][]byte
	for seed := range uint64(rounds) {
		rng := rand.New(rand.NewPCG(seed, 31))
		if seed%50 == 0 {
			served = nil
			for _, body := range bodies(t, estates.Random(rng, estates.Size{Regions: 1, Groups: 4, Interfaces: 4})) {
				if kind := parse(t, body); strings.Contains("DescribeSecurityGroupsResponse DescribeNetworkInterfacesResponse DescribeSecurityGroupRulesResponse", kind.name) {
					served = append(served, body)
				}
			}
		}
		root := parse(t, served[rng.IntN(len(served))])
		mutate(rng, root)
		w := writer{rng: rng, plain: true}
		if seed%2 == 0 {
			w.odd = 0.002
		}
		w.element(root)
		toSDK := compare(t, []byte(w.out.String()))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		switch {
		case toSDK:
			left++
		case w.plain:
			scanned++
		}
		if w.plain {
			plain++
		}
	}
	t.Logf("%d answers, %d of them plain; %d plain ones scanned, %d answers left to the SDK", rounds, plain, scanned, left)
	if scanned < plain*2/3 || left < rounds/20 {
		t.Errorf("of %d answers %d were plain; the scanner read %d of these, and left %d to the SDK", rounds, plain, scanned, left)
	}
}
