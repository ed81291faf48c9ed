package picture_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// irregular makes VPCs of groups of which no two are alike, so that nothing can
// be drawn as one box.
func irregular(vpcs, groups int, seed uint64) *inventory.Inventory {
	return irregularly(vpcs, groups, seed, 5)
}

// irregularly makes them with one of so many rules open to the internet.
func irregularly(vpcs, groups int, seed uint64, open int) *inventory.Inventory {
	rng := rand.New(rand.NewPCG(seed, 3))
	ports := []int{22, 3389, 3306, 5432, 443, 80, 8080, 8443, 9090, 5000}
	var text strings.Builder
	for v := 1; v <= vpcs; v++ {
		fmt.Fprintf(&text, "vpc-%d 10.%d.0.0/16 tag Name=application-%d\n", v, v, v)
		for g := range groups {
			fmt.Fprintf(&text, "sg-%d application-%d-part-%d vpc vpc-%d\n", v*1000+g, v, g, v)
			for _, k := range rng.Perm(len(ports))[:1+rng.IntN(5)] {
				source := fmt.Sprintf("sg-%d", v*1000+rng.IntN(groups))
				switch rng.IntN(open) {
				case 0:
					source = "0.0.0.0/0"
				case 1:
					source = fmt.Sprintf("203.0.113.%d/32", rng.IntN(8))
				}
				fmt.Fprintf(&text, "  in tcp/%d %s\n", ports[k], source)
			}
			fmt.Fprintf(&text, "eni-%d sg-%d 10.%d.%d.%d vpc vpc-%d\n", v*1000+g, v*1000+g, v, g/200, g%200+10, v)
		}
	}
	return notation.MustParse(text.String()).Inventory
}

// texts returns the lines of text of a picture.
func texts(svg string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`<text[^>]*>([^<]*)</text>`).FindAllStringSubmatch(svg, -1) {
		list = append(list, m[1])
	}
	return list
}

// TestLargeVPCs holds that one SVG is at most 200 kB long and has at most 150 boxes
// where one VPC alone has more, that it shows the groups with the gravest findings,
// and that what it leaves out is said.
func TestLargeVPCs(t *testing.T) {
	for _, size := range []struct{ groups, open int }{{70, 5}, {160, 5}, {400, 5}, {100, 1}, {150, 2}} {
		groups := size.groups
		p, _ := of(irregularly(1, groups, 5, size.open), true)
		for name, draw := range map[string]func(bool) (string, []string){"layers": p.Layers, "column": p.Column} {
			svg, left := draw(true)
			boxes := strings.Count(svg, `<g id="g-`)
			if len(svg) > 200_000 || boxes > 150 {
				t.Errorf("%s of %d groups has %d bytes and %d boxes", name, groups, len(svg), boxes)
			}
			if boxes == groups {
				if len(left) > 0 {
					t.Errorf("%s of %d groups shows all, and says %q", name, groups, left)
				}
				continue
			}
			want := fmt.Sprintf("application-1 has %d groups: the picture leaves out %d of them", groups, groups-boxes)
			if len(left) == 0 || !strings.HasPrefix(left[0], want) {
				t.Errorf("%s of %d groups shows %d, and says %q", name, groups, boxes, left)
			}
			if shown := strings.Join(texts(svg), " "); !strings.Contains(shown, want) {
				t.Errorf("%s of %d groups does not say in the picture that it leaves out some", name, groups)
			}
			if boxes < 30 {
				t.Errorf("%s of %d groups shows only %d", name, groups, boxes)
			}
			for _, b := range p.VPCs[0].Boxes[:boxes] { // the gravest first
				if !strings.Contains(svg, `<g id="`+b.Anchor()+`"`) {
					t.Errorf("%s of %d groups leaves out %s, which is among the gravest", name, groups, b.Title())
				}
			}
		}
	}
}

// TestPicturesStaySmall holds that one SVG is at most 200 kB long where it shows
// more than one VPC, that it uses most of that, and that what it leaves out is
// said.
func TestPicturesStaySmall(t *testing.T) {
	for _, size := range []struct{ vpcs, groups int }{{3, 40}, {12, 12}, {6, 25}, {30, 4}} {
		p, _ := of(irregular(size.vpcs, size.groups, uint64(size.groups)), true)
		svg, left := p.Layers(true)
		drawn := strings.Count(svg, "<title>VPC application-")
		if len(svg) > 200_000 {
			t.Errorf("%d VPCs of %d groups: the picture of %d VPCs has %d bytes, more than 200,000", size.vpcs, size.groups, drawn, len(svg))
		}
		if drawn < size.vpcs && len(svg) < 120_000 {
			t.Errorf("%d VPCs of %d groups: the picture has %d bytes, and shows only %d VPCs", size.vpcs, size.groups, len(svg), drawn)
		}
		if want := fmt.Sprintf("The picture shows %d of %d VPCs.", drawn, size.vpcs); drawn < size.vpcs && (len(left) == 0 || !strings.HasPrefix(left[0], want) || !strings.Contains(svg, want)) {
			t.Errorf("%d VPCs are drawn, and the picture does not say %q but %q", drawn, want, left)
		}
	}
}
