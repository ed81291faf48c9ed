package awsclient

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// answers is an HTTP client that always gives the same answer.
type answers struct{ body []byte }

func (a answers) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: &wholeBody{bytes.NewReader(a.body), a.body, nil}, Request: r}, nil
}

// threeLists asks for all three lists with a client that always gets the same
// answer, and returns what that brought into the inventory.
func threeLists(t testing.TB, body []byte, sdk bool) (inv *inventory.Inventory, left bool) {
	t.Helper()
	client := ec2.New(ec2.Options{
		Region: "us-east-1", HTTPClient: answers{body}, BaseEndpoint: aws.String("http://127.0.0.1:1"), Retryer: aws.NopRetryer{}, Credentials: aws.AnonymousCredentials{},
	})
	opts := Options{SDKDecoder: sdk, Debug: func(string) { left = true }}
	r := &reader{of: &Client{opts: opts}, client: client, region: &inventory.Region{}, names: newInterner()}
	ctx := context.Background()
	tell := func(part inventory.Part, odd []string, next *string, err error) {
		if err != nil {
			odd = []string{"error"}
		}
		r.oddities(part, odd)
		r.region.AccountName += " " + aws.ToString(next)
	}
	groups, err := ask(ctx, r, client.DescribeSecurityGroups, &ec2.DescribeSecurityGroupsInput{}, groupDecoders)
	tell(inventory.PartGroups, groups.odd, groups.next, err)
	interfaces, err := ask(ctx, r, client.DescribeNetworkInterfaces, &ec2.DescribeNetworkInterfacesInput{}, interfaceDecoders)
	tell(inventory.PartInterfaces, interfaces.odd, interfaces.next, err)
	rules, err := ask(ctx, r, client.DescribeSecurityGroupRules, &ec2.DescribeSecurityGroupRulesInput{}, ruleDecoders)
	tell(inventory.PartRules, rules.odd, rules.next, err)
	for _, d := range rules.items {
		// The details as groups, so that they are compared too.
		groups.items = append(groups.items, inventory.Group{ID: fmt.Sprint(d.id, " ", d.ruleKey), Tags: d.tags})
	}
	r.region.Groups, r.region.Interfaces = groups.items, interfaces.items
	inv = &inventory.Inventory{Regions: []*inventory.Region{r.region}}
	r.gaps()
	inv.Normalize() // EC2 has no order of peers
	return inv, left
}

// compare holds both decoders to the same result. What is not kept the
// scanner does not look at, so that it may read an answer which the SDK's
// decoder refuses for such a field; without these fields they agree.
func compare(t testing.TB, body []byte) (left bool) {
	t.Helper()
	scanned, left := threeLists(t, body, false)
	decoded, _ := threeLists(t, body, true)
	diff := difference(decoded, scanned)
	if diff != "" {
		decoded, _ = threeLists(t, keptAlone(body), true)
		if difference(decoded, scanned) != "" {
			t.Errorf("the scanner differs from the SDK (-SDK +scanner):\n%s\n%s", diff, body)
		}
	}
	return left
}

// leaf is an element with a text.
var leaf = regexp.MustCompile(`<([A-Za-z0-9]+)>[^<]*</([A-Za-z0-9]+)>`)

// keptAlone drops elements with a text that nobody looks for.
func keptAlone(body []byte) []byte {
	return leaf.ReplaceAllFunc(body, func(found []byte) []byte {
		m := leaf.FindSubmatch(found)
		if _, kept := known[strings.ToLower(string(m[1]))]; kept || !bytes.Equal(m[1], m[2]) {
			return found
		}
		return nil
	})
}

// bodies records what the endpoint answers to a run of depth network.
func bodies(t testing.TB, inv *inventory.Inventory) [][]byte {
	t.Helper()
	s, err := endpoint.Serve(inv, endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, Depth: inventory.DepthNetwork})
	if err != nil {
		t.Fatal(err)
	}
	record := &recorder{next: c.config.HTTPClient}
	c.config.HTTPClient = record
	if _, err := c.Collect(context.Background()); err != nil {
		t.Fatal(err)
	}
	return record.bodies
}

type recorder struct {
	next   aws.HTTPClient
	mu     sync.Mutex
	bodies [][]byte
}

func (r *recorder) Do(request *http.Request) (*http.Response, error) {
	response, err := r.next.Do(request)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if body, ok := response.Body.(*wholeBody); ok {
			r.bodies = append(r.bodies, bytes.Clone(body.data)) // its memory is used again
		}
	}
	return response, err
}

// On everything that the endpoint serves, the scanner leaves nothing to the
// SDK and brings the same.
func TestScannerIsTheDecoder(t *testing.T) {
	for seed := range uint64(40) {
		for _, body := range bodies(t, estates.Random(rand.New(rand.NewPCG(seed, 21)), estates.Size{Regions: 1, Groups: 8, Interfaces: 8})) {
			if compare(t, body) {
				t.Errorf("left to the SDK:\n%s", body)
			}
		}
	}
}

// Shapes that EC2 does not send, but may: read alike, or left to the SDK.
func TestOddShapes(t *testing.T) {
	const group = `<DescribeSecurityGroupsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><securityGroupInfo><item><groupId>sg-1</groupId><groupName>X</groupName></item></securityGroupInfo></DescribeSecurityGroupsResponse>`
	const eni = `<R><networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><requesterManaged>true</requesterManaged><association><publicIp>X</publicIp></association><privateIpAddress>10.0.0.1</privateIpAddress></item></networkInterfaceSet><nextToken>t</nextToken></R>`
	for name, body := range map[string]string{
		"plain": group, "entities": strings.ReplaceAll(group, "X", "&lt;a&amp;b&gt; &quot;&apos;&#65;&#x42;"),
		"unknown entity": strings.ReplaceAll(group, "X", "&nbsp;"), "no entity": strings.ReplaceAll(group, "X", "a & b"),
		"CDATA": strings.ReplaceAll(group, "X", "<![CDATA[a<b]]>"), "CDATA in text": strings.ReplaceAll(group, "X", "a<![CDATA[b]]>"),
		"comment": strings.ReplaceAll(group, "X", "a<!-- b -->"), "comment between": strings.ReplaceAll(group, "<item>", "<!-- x --><item>"),
		"unknown element":          strings.ReplaceAll(group, "<item>", "<item><colour><b>red</b><c/></colour>"),
		"white space":              strings.ReplaceAll(strings.ReplaceAll(group, "><", ">\n  <"), "X", " x \t "),
		"carriage return":          strings.ReplaceAll(group, "X", "a\r\nb"),
		"attributes":               strings.ReplaceAll(group, "<item>", `<item a="1" b='>'>`),
		"another case":             strings.ReplaceAll(group, "groupName", "GroupName"),
		"a prefix":                 strings.ReplaceAll(strings.ReplaceAll(group, "<groupName", "<x:groupName"), "</groupName", "</x:groupName"),
		"twice":                    strings.ReplaceAll(group, "<groupId>", "<groupId>sg-0</groupId><groupId>"),
		"empty":                    strings.ReplaceAll(group, "X", ""),
		"self-closed":              strings.ReplaceAll(group, "<groupName>X</groupName>", "<groupName/>"),
		"self-closed with a space": strings.ReplaceAll(group, "<groupName>X</groupName>", "<groupName />"),
		"child in text":            strings.ReplaceAll(group, "X", "<b>x</b>"),
		"wrong end":                strings.ReplaceAll(group, "</groupName>", "</groupNane>"),
		"cut":                      group[:len(group)/2],
		"nothing":                  "",
		"text around":              strings.ReplaceAll(group, "<item>", "text<item>"),
		"not item":                 strings.ReplaceAll(strings.ReplaceAll(group, "<item>", "<member>"), "</item>", "</member>"),
		"declared":                 `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + group,
		"declared small":           `<?xml version="1.0" encoding="utf-8"?>` + group,
		"ill declared":             `<?xml version="9-35 encoding="UTF-8"?>` + group,
		"latin":                    `<?xml version="1.0" encoding="ISO-8859-1"?>` + group,
		"bad UTF-8":                strings.ReplaceAll(group, "X", "\xff"),
		"control":                  strings.ReplaceAll(group, "X", "\x01"),
		"after the end":            group + "<more/>",
		"interface":                strings.ReplaceAll(eni, "X", "198.51.100.1"),
		"empty address":            strings.ReplaceAll(eni, "X", ""),
		"no flag":                  strings.ReplaceAll(eni, ">true<", ">perhaps<"),
		"short flag":               strings.ReplaceAll(eni, ">true<", ">1<"),
		"empty flag":               strings.ReplaceAll(eni, ">true<", "><"),
		"two associations":         strings.ReplaceAll(eni, "<association>", "<association><publicIp>198.51.100.2</publicIp></association><association>"),
	} {
		t.Run(name, func(t *testing.T) { compare(t, []byte(body)) })
	}
}

// The names that the scanners look for stand in their switches; known must
// have each.
func TestEveryNameIsKnown(t *testing.T) {
	used := map[string]bool{"item": true} // of scan.go
	for _, file := range []string{"scan_groups.go", "scan_interfaces.go", "scan_rules.go", "scan_values.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:case |scanPage\(s, p, |only\(|peer\(|prefixes\()"([a-z]\w+)"`).FindAllSubmatch(source, -1) {
			used[string(m[1])] = true
		}
	}
	delete(used, "true") // words of scan_values.go
	delete(used, "false")
	var names []string
	for _, name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(used)), names); diff != "" {
		t.Errorf("-used +known:\n%s", diff)
	}
}

func FuzzScanner(f *testing.F) {
	for _, body := range bodies(f, notation.MustParse(small).Inventory) {
		f.Add(body)
	}
	f.Add([]byte(`<R><securityGroupInfo><item><groupId>&#65;</groupId><ipPermissions><item><fromPort>1</fromPort></item></ipPermissions></item></securityGroupInfo></R>`))
	f.Fuzz(func(t *testing.T, body []byte) { compare(t, body) })
}

// BenchmarkDecode compares the two decoders on pages of the two big lists. The
// time of an item should not depend on their number.
func BenchmarkDecode(b *testing.B) {
	ctx := context.Background()
	for _, items := range []int{10, 100, 1000} {
		scale := estates.Scale{Regions: 1, Groups: items, Interfaces: items, Rules: 8}
		for _, sdk := range []bool{false, true} {
			decode := func(action string, ask func(r *reader) (int, error)) {
				decoder := "scanner"
				if sdk {
					decoder = "sdk"
				}
				b.Run(fmt.Sprintf("%s/%s/%d", action, decoder, items), func(b *testing.B) {
					body := served(b, scale, action)
					client := ec2.New(ec2.Options{
						Region: "us-east-1", HTTPClient: answers{body}, BaseEndpoint: aws.String("http://127.0.0.1:1"), Credentials: aws.AnonymousCredentials{},
					})
					r := &reader{of: &Client{opts: Options{SDKDecoder: sdk, Debug: func(string) {}}}, client: client, region: &inventory.Region{}, names: newInterner()}
					b.SetBytes(int64(len(body)))
					b.ReportAllocs()
					for b.Loop() {
						if n, err := ask(r); err != nil || n != items {
							b.Fatal(n, err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(items), "ns/item")
				})
			}
			decode("DescribeNetworkInterfaces", func(r *reader) (int, error) {
				p, err := ask(ctx, r, r.client.DescribeNetworkInterfaces, &ec2.DescribeNetworkInterfacesInput{}, interfaceDecoders)
				return len(p.items), err
			})
			decode("DescribeSecurityGroups", func(r *reader) (int, error) {
				p, err := ask(ctx, r, r.client.DescribeSecurityGroups, &ec2.DescribeSecurityGroupsInput{}, groupDecoders)
				return len(p.items), err
			})
		}
	}
}
