package awsclient

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsxml "github.com/aws/aws-sdk-go-v2/aws/protocol/xml"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sgaudit/sgaudit/inventory"
)

// s3API is how Amazon S3 is found.
var s3API = &inventory.ServiceAPI{Host: "s3", ID: "S3"}

// objectCall is one call to Amazon S3. All of them are GET: the type has no place for
// another method.
type objectCall struct {
	action string // of the API: ListObjectsV2
	bucket string
	key    string // empty: the bucket
	query  url.Values
	header http.Header
}

// objectAnswer is the answer to it.
type objectAnswer struct {
	status int
	header http.Header
	body   []byte
}

// emptyHash is the SHA-256 of an empty body, which S3 wants to have in a header.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// invoke sends the call with the retries and limits of a configuration, and returns the
// answer as it is.
func (c *objectCall) invoke(ctx context.Context, cfg aws.Config) (objectAnswer, error) {
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	out, err := sendStack(ctx, cfg, s3API.ID, c.action, signing{"s3", &cfg, signer}, c.write(&cfg), readObject, c)
	if err != nil {
		return objectAnswer{}, err
	}
	a, ok := out.(objectAnswer)
	if !ok {
		return objectAnswer{}, fmt.Errorf("the answer is a %T", out)
	}
	return a, nil
}

// address returns the URL of the call. Buckets of AWS are the first part of the host
// name, unless a dot in the name would not fit the certificate; those of an endpoint that
// was given are the first part of the path.
func (c *objectCall) address(ctx context.Context, cfg *aws.Config) (*url.URL, error) {
	given, err := givenEndpointOf(ctx, cfg, s3API)
	if err != nil {
		return nil, err
	}
	path := "/" + strings.ReplaceAll(url.QueryEscape(c.key), "+", "%20")
	path = strings.ReplaceAll(path, "%2F", "/")
	base := strings.TrimSuffix(given, "/")
	switch host := serviceHost(s3API, cfg.Region, wantsFIPS(ctx, cfg)); {
	case given != "":
		path = "/" + c.bucket + path
	case strings.Contains(c.bucket, "."):
		base, path = "https://"+host, "/"+c.bucket+path
	default:
		base = "https://" + c.bucket + "." + host
	}
	if c.key == "" {
		path = strings.TrimSuffix(path, "/")
	}
	u, err := url.Parse(base + path)
	if err != nil {
		return nil, err
	}
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery = strings.ReplaceAll(c.query.Encode(), "+", "%20")
	return u, nil
}

// write returns what writes the request.
func (c *objectCall) write(cfg *aws.Config) requestWriter {
	return func(ctx context.Context, request *smithyhttp.Request) error {
		u, err := c.address(ctx, cfg)
		if err != nil {
			return err
		}
		request.Method, request.URL = http.MethodGet, u
		for name, values := range c.header {
			request.Header[name] = values
		}
		request.Header.Set("X-Amz-Content-Sha256", emptyHash)
		return nil
	}
}

// readObject takes the body as it is, and makes an error of AWS of what is one.
func readObject(response *smithyhttp.Response, body []byte) (any, error) {
	if !succeeded(response) {
		return nil, objectErrorOf(body)
	}
	return objectAnswer{response.StatusCode, response.Header, body}, nil
}

// regionError is an error of S3 that names the region of the bucket in its body.
type regionError struct {
	*smithy.GenericAPIError
	region string
}

func objectErrorOf(text []byte) error {
	failure := &smithy.GenericAPIError{Code: "UnknownError", Message: "UnknownError"}
	if parts, err := awsxml.GetErrorResponseComponents(bytes.NewReader(text), true); err == nil && parts.Code != "" {
		failure.Code, failure.Message = parts.Code, parts.Message
	}
	var region string
	if _, rest, found := bytes.Cut(text, []byte("<Region>")); found {
		value, _, _ := bytes.Cut(rest, []byte("<"))
		region = string(value)
	}
	return &regionError{failure, region}
}
