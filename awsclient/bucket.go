package awsclient

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// ObjectActions are the IAM actions with which objects of Amazon S3 are read: the first
// for the bucket, the second for its objects, the third for the key of objects that are
// encrypted with one of AWS KMS.
var ObjectActions = []string{"s3:ListBucket", "s3:GetObject", "kms:Decrypt"}

// Object is one object of a bucket.
type Object struct {
	Key  string
	Size int64  // bytes
	ETag string // of its content: a later content has another one
}

// Bucket reads one bucket of Amazon S3. It may be used from several goroutines.
type Bucket struct {
	client *Client
	name   string

	mu     sync.Mutex
	config aws.Config // for the region of the bucket, as far as it is known
}

// Bucket returns a bucket, which may be in any region of the caller's partition.
func (c *Client) Bucket(name string) *Bucket {
	return &Bucket{client: c, name: name, config: c.regionConfig(c.home, maxAttempts)}
}

// listing is an answer to ListObjectsV2 (Amazon S3 API Reference).
type listing struct {
	XMLName  xml.Name `xml:"ListBucketResult"`
	Contents []struct {
		Key  string
		Size int64
		ETag string
	}
	CommonPrefixes        []struct{ Prefix string }
	IsTruncated           *bool // in every answer
	NextContinuationToken string
	EncodingType          string
}

// List calls page for the objects with keys that begin with a prefix, a thousand at a
// time, in the order of their keys. With a delimiter, keys in which it follows behind the
// prefix are given as folders, each once. Errors say in words what failed.
func (b *Bucket) List(ctx context.Context, prefix, delimiter string, page func(objects []Object, folders []string) error) error {
	var token string
	for {
		query := url.Values{"list-type": {"2"}, "prefix": {prefix}, "encoding-type": {"url"}}
		if delimiter != "" {
			query.Set("delimiter", delimiter)
		}
		if token != "" {
			query.Set("continuation-token", token)
		}
		answer, err := b.invoke(ctx, &objectCall{action: "ListObjectsV2", bucket: b.name, query: query})
		if err != nil {
			return b.explain(ctx, err, "s3:ListBucket", "")
		}
		var list listing
		if err := xml.Unmarshal(answer.body, &list); err != nil || list.IsTruncated == nil {
			return fmt.Errorf("listing s3://%s: the endpoint sent what is not a list of objects", words.Plain(b.name))
		}
		objects, folders, err := list.read(prefix)
		if err != nil {
			return fmt.Errorf("listing s3://%s: %w", words.Plain(b.name), err)
		}
		if err := page(objects, folders); err != nil {
			return err
		}
		switch {
		case !*list.IsTruncated:
			return nil
		case list.NextContinuationToken == "" || list.NextContinuationToken == token:
			return fmt.Errorf("listing s3://%s: %w", words.Plain(b.name), errRepeatedToken)
		}
		token = list.NextContinuationToken
	}
}

var errNotUnderPrefix = errors.New("the endpoint sent a key that was not asked for")

// read returns the objects and the folders of one answer.
func (l *listing) read(prefix string) (objects []Object, folders []string, err error) {
	plain := func(key string) string {
		if l.EncodingType == "url" && err == nil {
			key, err = url.QueryUnescape(key)
		}
		if err == nil && !strings.HasPrefix(key, prefix) {
			err = errNotUnderPrefix
		}
		return key
	}
	for _, o := range l.Contents {
		objects = append(objects, Object{Key: plain(o.Key), Size: o.Size, ETag: o.ETag})
	}
	for _, p := range l.CommonPrefixes {
		folders = append(folders, plain(p.Prefix))
	}
	return objects, folders, err
}

// ReadRange returns so many bytes of an object from an offset on; at its end fewer. It is
// an error if the object has changed since it was listed. Errors say in words what
// failed.
func (b *Bucket) ReadRange(ctx context.Context, o Object, offset int64, n int) ([]byte, error) {
	n = int(min(int64(n), o.Size-offset))
	if n <= 0 {
		return nil, nil
	}
	header := http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", offset, offset+int64(n)-1)}}
	if o.ETag != "" {
		header.Set("If-Match", o.ETag)
	}
	answer, err := b.invoke(ctx, &objectCall{action: "GetObject", bucket: b.name, key: o.Key, header: header})
	if err != nil {
		return nil, b.explain(ctx, err, "s3:GetObject", o.Key)
	}
	body := answer.body
	if answer.status == http.StatusOK && int64(len(body)) == o.Size { // the whole object
		body = body[offset : offset+int64(n)]
	}
	if len(body) != n || answer.status == http.StatusPartialContent && !strings.HasPrefix(answer.header.Get("Content-Range"), "bytes "+strconv.FormatInt(offset, 10)+"-") {
		return nil, errors.New("the endpoint sent another part of the object than was asked for")
	}
	return slices.Clip(body), nil
}

// invoke makes a call in the region of the bucket. If it is another one than was thought,
// S3 says which.
func (b *Bucket) invoke(ctx context.Context, call *objectCall) (objectAnswer, error) {
	for tries := 0; ; tries++ {
		b.mu.Lock()
		cfg := b.config
		b.mu.Unlock()
		bounded, cancel := context.WithTimeout(ctx, b.client.opts.RegionDeadline)
		answer, err := call.invoke(bounded, cfg)
		cancel()
		region := regionOf(err)
		if err == nil || tries > 0 || region == "" || region == cfg.Region || inventory.PartitionOf(region) != inventory.PartitionOf(cfg.Region) {
			return answer, err
		}
		b.mu.Lock()
		b.config = b.client.regionConfig(region, maxAttempts)
		b.mu.Unlock()
	}
}

// regionOf returns the region that an error says the bucket is in, or nothing (Amazon S3
// User Guide, "Request redirection").
func regionOf(err error) string {
	var region string
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		region = response.Response.Header.Get("X-Amz-Bucket-Region")
	}
	var inBody *regionError
	if region == "" && errors.As(err, &inBody) {
		region = inBody.region
	}
	if !inventory.IsRegion(region) {
		return ""
	}
	return region
}

// explain says why a call failed. The key is empty where it was about the bucket.
func (b *Bucket) explain(ctx context.Context, err error, action, key string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	name := "the bucket " + words.Plain(b.name)
	say := func(format string, args ...any) error {
		return &ObjectError{Message: fmt.Sprintf(format, args...), Missing: codeOf(err) == "NoSuchKey" || codeOf(err) == "PreconditionFailed", Err: err}
	}
	switch code := codeOf(err); {
	case gap(0, action, err).Kind == inventory.DeniedByPolicy:
		return say("%s", gap(0, action, err).Message)
	case code == "NoSuchBucket":
		return say("%s does not exist", name)
	case code == "NoSuchKey":
		return say("the object was deleted after it was listed")
	case code == "PreconditionFailed":
		return say("the object was replaced after it was listed")
	case code == "InvalidObjectState":
		return say("the object is archived (S3 Glacier): restore it first")
	case code == "AllAccessDisabled" || code == "AccountProblem":
		return say("AWS has disabled access to %s (%s)", name, code)
	case code == "AccessDenied" && strings.Contains(err.Error(), "kms:Decrypt"):
		return say("the object is encrypted with AWS KMS, and the caller lacks kms:Decrypt for its key")
	case code == "AccessDenied" && key == "":
		return say("the caller lacks s3:ListBucket for %s, by its own permissions or by the bucket's policy. If the bucket is Requester Pays, copy the files first: aws s3 sync --request-payer requester", name)
	case code == "AccessDenied":
		return say("the caller lacks s3:GetObject for it, or kms:Decrypt for its key")
	case strings.HasPrefix(code, "KMS."):
		return say("the key of AWS KMS with which it is encrypted cannot be used (%s)", code)
	case regionOf(err) != "":
		return say("%s is in %s, which these credentials do not reach", name, regionOf(err))
	case code == "" && statusOf(err) == http.StatusForbidden:
		return say("S3 refused the call: the caller lacks %s", action)
	}
	return say("%s", gap(0, action, err).Message)
}

// ObjectError says why something could not be read from Amazon S3.
type ObjectError struct {
	Message string
	Missing bool // the object was deleted or replaced after it was listed
	Err     error
}

func (e *ObjectError) Error() string { return e.Message }

// Unwrap returns what the SDK said.
func (e *ObjectError) Unwrap() error { return e.Err }
