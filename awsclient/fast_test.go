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

	"github.com/sgaudit/sgaudit/fixtures"
	"github.com/sgaudit/sgaudit/inventory"
)

// answers is an HTTP client that always gives the same answer.
type answers struct{ body []byte }

func (a answers) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: &wholeBody{bytes.NewReader(a.body), a.body, nil}, Request: r}, nil
}

// fast is the option of a reader that tells nobody.
func fast(decode func(*scanner) (any, error)) func(*ec2.Options) {
	r := &reader{of: &Client{opts: Options{Debug: func(string) {}}}, region: &inventory.Region{}}
	return r.fast(decode)
}

// both decodes an answer with the scanner and with the SDK's decoder, and
// returns what each brought into the inventory.
func both(t testing.TB, body []byte) (scanned, decoded *inventory.Region, left bool) {
	t.Helper()
	client := ec2.New(ec2.Options{
		Region: "us-east-1", HTTPClient: answers{body}, BaseEndpoint: aws.String("http://127.0.0.1:1"), Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	})
	read := func(options ...func(*ec2.Options)) *inventory.Region {
		r := &reader{region: &inventory.Region{}, names: newInterner()}
		groups, err := client.DescribeSecurityGroups(context.Background(), &ec2.DescribeSecurityGroupsInput{}, options...)
		if err != nil {
			r.region.Name = "error"
			return r.region
		}
		for i := range groups.SecurityGroups {
			r.addGroup(&groups.SecurityGroups[i])
		}
		r.region.AccountName = aws.ToString(groups.NextToken)
		return r.region
	}
	interfaces := func(into *inventory.Region, options ...func(*ec2.Options)) {
		r := &reader{region: into, names: newInterner()}
		found, err := client.DescribeNetworkInterfaces(context.Background(), &ec2.DescribeNetworkInterfacesInput{}, options...)
		if err != nil {
			r.region.Name += "error"
			return
		}
		for i := range found.NetworkInterfaces {
			r.addInterface(&found.NetworkInterfaces[i])
		}
		r.region.AccountName += aws.ToString(found.NextToken)
	}
	rules := func(into *inventory.Region, options ...func(*ec2.Options)) {
		r := &reader{region: into, names: newInterner()}
		found, err := client.DescribeSecurityGroupRules(context.Background(), &ec2.DescribeSecurityGroupRulesInput{}, options...)
		if err != nil {
			r.region.Name += "error"
			return
		}
		for i := range found.SecurityGroupRules {
			x := &found.SecurityGroupRules[i]
			r.addDetail(&r.details, x)
			// The details as a group, so that they are compared too.
			detail := inventory.Group{ID: aws.ToString(x.GroupId), Name: fmt.Sprint(r.details.of[aws.ToString(x.GroupId)])}
			r.region.Groups = append(r.region.Groups, detail)
		}
		r.region.AccountName += aws.ToString(found.NextToken)
	}
	count := func(decode func(*scanner) (any, error)) func(*scanner) (any, error) {
		return func(s *scanner) (any, error) {
			out, err := decode(s)
			left = left || err != nil
			return out, err
		}
	}
	scanned = read(fast(count(scanGroups)))
	interfaces(scanned, fast(count(scanInterfaces)))
	rules(scanned, fast(count(scanRules)))
	decoded = read()
	interfaces(decoded)
	rules(decoded)
	return scanned, decoded, left
}

func compare(t testing.TB, body []byte) (left bool) {
	t.Helper()
	scanned, decoded, left := both(t, body)
	a, b := &inventory.Inventory{Regions: []*inventory.Region{scanned}}, &inventory.Inventory{Regions: []*inventory.Region{decoded}}
	if diff := difference(b, a); diff != "" {
		t.Errorf("the scanner differs from the SDK (-SDK +scanner):\n%s\n%s", diff, body)
	}
	return left
}

// bodies records what the endpoint answers to the two big lists.
func bodies(t testing.TB, inv *inventory.Inventory) [][]byte {
	t.Helper()
	s, err := fixtures.Serve(inv, fixtures.ServeOptions{})
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
		for _, body := range bodies(t, fixtures.Random(rand.New(rand.NewPCG(seed, 21)), fixtures.Size{Regions: 1, Groups: 8, Interfaces: 8})) {
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
		"unknown element":  strings.ReplaceAll(group, "<item>", "<item><colour><b>red</b><c/></colour>"),
		"white space":      strings.ReplaceAll(strings.ReplaceAll(group, "><", ">\n  <"), "X", " x \t "),
		"carriage return":  strings.ReplaceAll(group, "X", "a\r\nb"),
		"attributes":       strings.ReplaceAll(group, "<item>", `<item a="1" b='>'>`),
		"another case":     strings.ReplaceAll(group, "groupName", "GroupName"),
		"a prefix":         strings.ReplaceAll(strings.ReplaceAll(group, "<groupName", "<x:groupName"), "</groupName", "</x:groupName"),
		"twice":            strings.ReplaceAll(group, "<groupId>", "<groupId>sg-0</groupId><groupId>"),
		"empty":            strings.ReplaceAll(group, "X", ""),
		"self-closed":      strings.ReplaceAll(group, "<groupName>X</groupName>", "<groupName/>"),
		"child in text":    strings.ReplaceAll(group, "X", "<b>x</b>"),
		"wrong end":        strings.ReplaceAll(group, "</groupName>", "</groupNane>"),
		"cut":              group[:len(group)/2],
		"nothing":          "",
		"text around":      strings.ReplaceAll(group, "<item>", "text<item>"),
		"not item":         strings.ReplaceAll(strings.ReplaceAll(group, "<item>", "<member>"), "</item>", "</member>"),
		"declared":         `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + group,
		"latin":            `<?xml version="1.0" encoding="ISO-8859-1"?>` + group,
		"bad UTF-8":        strings.ReplaceAll(group, "X", "\xff"),
		"control":          strings.ReplaceAll(group, "X", "\x01"),
		"after the end":    group + "<more/>",
		"interface":        strings.ReplaceAll(eni, "X", "198.51.100.1"),
		"empty address":    strings.ReplaceAll(eni, "X", ""),
		"no flag":          strings.ReplaceAll(eni, ">true<", ">perhaps<"),
		"short flag":       strings.ReplaceAll(eni, ">true<", ">1<"),
		"empty flag":       strings.ReplaceAll(eni, ">true<", "><"),
		"two associations": strings.ReplaceAll(eni, "<association>", "<association><publicIp>198.51.100.2</publicIp></association><association>"),
	} {
		t.Run(name, func(t *testing.T) { compare(t, []byte(body)) })
	}
}

// The names that the scanners look for stand in fast.go; known must have each.
func TestEveryNameIsKnown(t *testing.T) {
	source, err := os.ReadFile("fast.go")
	if err != nil {
		t.Fatal(err)
	}
	_, source, _ = bytes.Cut(source, []byte("func scanPage"))
	used := map[string]bool{"item": true} // of scanList
	for _, m := range regexp.MustCompile(`"([a-z]\w+)"`).FindAllSubmatch(source, -1) {
		used[string(m[1])] = true
	}
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
	for _, body := range bodies(f, fixtures.MustParse(small).Inventory) {
		f.Add(body)
	}
	f.Add([]byte(`<R><securityGroupInfo><item><groupId>&#65;</groupId><ipPermissions><item><fromPort>1</fromPort></item></ipPermissions></item></securityGroupInfo></R>`))
	f.Fuzz(func(t *testing.T, body []byte) { compare(t, body) })
}

// BenchmarkDecode compares the two on the same page of interfaces.
func BenchmarkDecode(b *testing.B) {
	all := bodies(b, fixtures.Ordinary(fixtures.Scale{Regions: 1, Groups: 3, Interfaces: 1000, Rules: 8}))
	var page []byte
	for _, body := range all {
		if len(body) > len(page) {
			page = body
		}
	}
	for name, options := range map[string][]func(*ec2.Options){"scanner": {fast(scanInterfaces)}, "sdk": nil} {
		b.Run(name, func(b *testing.B) {
			client := ec2.New(ec2.Options{
				Region: "us-east-1", HTTPClient: answers{page}, BaseEndpoint: aws.String("http://127.0.0.1:1"), Credentials: aws.AnonymousCredentials{},
			})
			b.SetBytes(int64(len(page)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.DescribeNetworkInterfaces(context.Background(), &ec2.DescribeNetworkInterfacesInput{}, options...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
