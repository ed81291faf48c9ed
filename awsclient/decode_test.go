package awsclient

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// answers is an HTTP client that always gives the same answer.
type answers struct{ body []byte }

func (a answers) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: &wholeBody{bytes.NewReader(a.body), a.body, nil}, Request: r}, nil
}

// served returns one page of a list, as the endpoint answers it.
func served(b *testing.B, scale estates.Scale, action string) []byte {
	b.Helper()
	s, err := endpoint.Serve(estates.Ordinary(scale), endpoint.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	form := url.Values{"Action": {action}, "MaxResults": {"1000"}, "IncludeManagedResources": {"true"}}
	r := httptest.NewRequest(http.MethodPost, s.URL, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ec2/aws4_request")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Body.Bytes()
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
					r := &reader{client: &Client{opts: Options{SDKDecoder: sdk, Debug: func(string) {}}}, ec2: client, region: &inventory.Region{}}
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
				p, err := ask(ctx, r, r.ec2.DescribeNetworkInterfaces, &ec2.DescribeNetworkInterfacesInput{}, interfaceDecoders)
				return len(p.Items), err
			})
			decode("DescribeSecurityGroups", func(r *reader) (int, error) {
				p, err := ask(ctx, r, r.ec2.DescribeSecurityGroups, &ec2.DescribeSecurityGroupsInput{}, groupDecoders)
				return len(p.Items), err
			})
		}
	}
}
