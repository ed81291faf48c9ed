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
	"github.com/aws/smithy-go/middleware"
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
	out, err := sendStack(ctx, cfg, s3API.ID, c.action, signing{"s3", &cfg, signer}, objectSerializer{c, &cfg}, objectDeserializer{}, c)
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

type objectSerializer struct {
	call   *objectCall
	config *aws.Config
}

// ID names the middleware.
func (objectSerializer) ID() string { return "OperationSerializer" }

// HandleSerialize puts the request where the stack has an empty one.
func (s objectSerializer) HandleSerialize(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("unexpected request %T", in.Request)
	}
	u, err := s.call.address(ctx, s.config)
	if err != nil {
		return middleware.SerializeOutput{}, middleware.Metadata{}, &smithy.SerializationError{Err: err}
	}
	request.Method, request.URL = http.MethodGet, u
	for name, values := range s.call.header {
		request.Header[name] = values
	}
	request.Header.Set("X-Amz-Content-Sha256", emptyHash)
	return next.HandleSerialize(ctx, in)
}

type objectDeserializer struct{}

// ID is that of the SDK's own.
func (objectDeserializer) ID() string { return "OperationDeserializer" }

// HandleDeserialize takes the body as it is, and makes an error of AWS of what is one.
func (objectDeserializer) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, metadata, err
	}
	defer response.Body.Close()
	if err == nil {
		var text []byte
		if text, err = readAll(response.Body, nil, mostAnswer); err == nil && (response.StatusCode < 200 || response.StatusCode >= 300) {
			err = objectErrorOf(text)
		}
		out.Result = objectAnswer{response.StatusCode, response.Header, text}
	}
	if err != nil {
		err = &smithyhttp.ResponseError{Response: response, Err: err}
	}
	return out, metadata, err
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
