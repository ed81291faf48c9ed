package ec2xml

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// answers is an HTTP client that always gives the same answer.
type answers struct{ body []byte }

func (a answers) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// threeLists reads the same answer as each of the three lists, and returns what
// that brings into an inventory. An answer that the scanner refuses is left to the
// SDK's decoder.
func threeLists(t testing.TB, body []byte, sdk bool) (inv *inventory.Inventory, left bool) {
	t.Helper()
	client := ec2.New(ec2.Options{
		Region: "us-east-1", HTTPClient: answers{body}, BaseEndpoint: aws.String("http://127.0.0.1:1"), Retryer: aws.NopRetryer{}, Credentials: aws.AnonymousCredentials{},
	})
	l := &lists{body: body, sdk: sdk, region: &inventory.Region{}}
	groups := read(l, inventory.PartGroups, (*Scanner).Groups, GroupsOf, client.DescribeSecurityGroups)
	interfaces := read(l, inventory.PartInterfaces, (*Scanner).Interfaces, InterfacesOf, client.DescribeNetworkInterfaces)
	rules := read(l, inventory.PartRules, (*Scanner).Rules, RulesOf, client.DescribeSecurityGroupRules)
	for _, d := range rules {
		// The details as groups, so that they are compared too.
		groups = append(groups, inventory.Group{ID: fmt.Sprint(d.ID, " ", d.RuleKey), Tags: d.Tags})
	}
	l.region.Groups, l.region.Interfaces = groups, interfaces
	inv = &inventory.Inventory{Regions: []*inventory.Region{l.region}}
	inv.Normalize() // EC2 has no order of peers
	return inv, l.left
}

// lists are read from one answer.
type lists struct {
	body   []byte
	sdk    bool
	left   bool // the scanner refused the answer
	region *inventory.Region
}

// read reads the answer as one of the lists. What is malformed becomes a gap.
func read[T, In, Out any](l *lists, part inventory.Part, scan func(*Scanner, []byte) (Page[T], error), convert func(*Out) Page[T], call func(context.Context, *In, ...func(*ec2.Options)) (*Out, error)) []T {
	var s Scanner
	p, err := scan(&s, l.body)
	l.left = l.left || err != nil && !l.sdk
	if err != nil || l.sdk {
		var out *Out
		if out, err = call(context.Background(), new(In)); err != nil {
			p = Page[T]{Malformed: []string{"error"}}
		} else {
			p = convert(out)
		}
	}
	l.region.AccountName += " " + aws.ToString(p.Next)
	for _, text := range p.Malformed {
		l.region.Gaps = append(l.region.Gaps, inventory.Gap{Part: part, Operation: part.Operations()[0], Kind: inventory.Failed, Message: text})
	}
	return p.Items
}

// difference compares inventories; empty and absent lists are the same.
func difference(a, b *inventory.Inventory) string {
	return cmp.Diff(a, b, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}))
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

// keptAlone drops elements with a text that is not needed.
func keptAlone(body []byte) []byte {
	return leaf.ReplaceAllFunc(body, func(found []byte) []byte {
		m := leaf.FindSubmatch(found)
		if _, kept := known[strings.ToLower(string(m[1]))]; kept || !bytes.Equal(m[1], m[2]) {
			return found
		}
		return nil
	})
}

// bodies returns what the endpoint answers to the calls of the three lists, and
// to one other, in pages of different sizes.
func bodies(t testing.TB, inv *inventory.Inventory) (all [][]byte) {
	t.Helper()
	for _, size := range []int{0, 3} {
		s, err := endpoint.Serve(inv, endpoint.Options{PageSize: size})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, action := range []string{"DescribeSecurityGroups", "DescribeNetworkInterfaces", "DescribeSecurityGroupRules", "DescribeVpcs"} {
			for token := ""; ; {
				body := answer(t, s, action, inv.Regions[0].Name, token)
				all = append(all, body)
				next := nextToken.FindSubmatch(body)
				if next == nil {
					break
				}
				token = string(next[1])
			}
		}
	}
	return all
}

var nextToken = regexp.MustCompile(`<nextToken>([^<]+)</nextToken>`)

// answer makes one call of EC2.
func answer(t testing.TB, s *endpoint.Server, action, region, token string) []byte {
	t.Helper()
	form := url.Values{"Action": {action}, "MaxResults": {"1000"}}
	if action == "DescribeNetworkInterfaces" {
		form.Set("IncludeManagedResources", "true")
	}
	if token != "" {
		form.Set("NextToken", token)
	}
	r := httptest.NewRequest(http.MethodPost, s.URL, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/"+region+"/ec2/aws4_request")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d", action, w.Code)
	}
	return w.Body.Bytes()
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

// TestFormsThatEC2DoesNotUse reads forms of XML that EC2 does not send, but may, as the
// SDK does, or leaves them to it.
func TestFormsThatEC2DoesNotUse(t *testing.T) {
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
	used := map[string]bool{"item": true} // of scanner.go
	for _, file := range []string{"groups.go", "interfaces.go", "rules.go", "values.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:case |scanPage\(s, answer, |only\(|peer\(|prefixes\(|delegated\()"([a-z]\w+)"`).FindAllSubmatch(source, -1) {
			used[string(m[1])] = true
		}
	}
	delete(used, "true") // words of values.go
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
	for _, body := range bodies(f, notation.MustParse("sg-1 web\n in tcp/22 0.0.0.0/0\nsg-2 db\n in tcp/5432 sg-1\neni-1 sg-1 10.0.0.1 public 198.51.100.1\neni-2 sg-2 10.0.0.2\nvpc-1 10.0.0.0/16\n").Inventory) {
		f.Add(body)
	}
	f.Add([]byte(`<R><securityGroupInfo><item><groupId>&#65;</groupId><ipPermissions><item><fromPort>1</fromPort></item></ipPermissions></item></securityGroupInfo></R>`))
	f.Fuzz(func(t *testing.T, body []byte) { compare(t, body) })
}
