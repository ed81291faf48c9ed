package awsclient

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/restjson"
	awsxml "github.com/aws/aws-sdk-go-v2/aws/protocol/xml"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sgaudit/sgaudit/inventory"
)

// signedCall is one call to a service for which the program links no module of the
// SDK: the services of inventory.ReferrerServices. It goes through the parts of which
// the SDK makes its clients, with the retries, limits and guards of all other calls.
type signedCall struct {
	api     *inventory.ServiceAPI
	call    *inventory.ServiceCall
	signing string         // the service's name in signatures
	path    []string       // values of the names in the path, in their order
	values  map[string]any // parameters

	NextToken *string // of the page, under the name that saved answers ask for
}

// invoke sends the call and returns the answer.
func (c *signedCall) invoke(ctx context.Context, cfg aws.Config) (answer, error) {
	write := func(ctx context.Context, request *smithyhttp.Request) error {
		base, err := serviceEndpoint(ctx, &cfg, c.api)
		if err != nil {
			return err
		}
		return c.write(request, base)
	}
	out, err := sendStack(ctx, cfg, c.api.ID, c.call.Action, signing{c.signing, &cfg, v4.NewSigner()}, write, c.read, c)
	if err != nil {
		return nil, err
	}
	switch out := out.(type) {
	case answer:
		return out, nil
	case json.RawMessage: // of a file
		return parseSaved(out)
	}
	return nil, fmt.Errorf("the answer is a %T", out)
}

// sendStack sends a call through the parts of which the SDK makes its clients: what
// writes the request, signs it and reads the answer is given.
func sendStack(ctx context.Context, cfg aws.Config, service, action string, sign signing, write requestWriter, read responseReader, input any) (any, error) {
	ctx = middleware.ClearStackValues(ctx)
	ctx = middleware.WithOperationName(middleware.WithServiceID(ctx, service), action)
	ctx = awsmiddleware.SetOperationName(awsmiddleware.SetServiceID(ctx, service), action)
	stack := middleware.NewStack(action, smithyhttp.NewStackRequest)
	err := firstError(
		stack.Serialize.Add(write, middleware.After),
		awsmiddleware.AddClientRequestIDMiddleware(stack),
		awsmiddleware.AddRequestUserAgentMiddleware(stack),
		stack.Finalize.Add(retry.NewAttemptMiddleware(cfg.Retryer(), smithyhttp.RequestCloner), middleware.After),
		stack.Finalize.Add(sign, middleware.After),
		stack.Deserialize.Add(read, middleware.After),
	)
	if err != nil {
		return nil, err
	}
	for _, option := range cfg.APIOptions {
		if err := option(stack); err != nil {
			return nil, err
		}
	}
	out, _, err := middleware.DecorateHandler(smithyhttp.NewClientHandlerWithOptions(cfg.HTTPClient), stack).Handle(ctx, input)
	if err != nil {
		return nil, &smithy.OperationError{ServiceID: service, OperationName: action, Err: err}
	}
	return out, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// requestWriter writes the request of a call where the stack has an empty one.
type requestWriter func(context.Context, *smithyhttp.Request) error

// ID names the middleware.
func (requestWriter) ID() string { return "OperationSerializer" }

// HandleSerialize writes the request.
func (write requestWriter) HandleSerialize(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("unexpected request %T", in.Request)
	}
	if err := write(ctx, request); err != nil {
		return middleware.SerializeOutput{}, middleware.Metadata{}, &smithy.SerializationError{Err: err}
	}
	return next.HandleSerialize(ctx, in)
}

// responseReader makes the result of a response and its body, or returns the
// error that AWS sent.
type responseReader func(response *smithyhttp.Response, body []byte) (any, error)

// ID is that of the SDK's own.
func (responseReader) ID() string { return "OperationDeserializer" }

// HandleDeserialize reads what comes back.
func (read responseReader) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, metadata, err
	}
	defer response.Body.Close()
	if err == nil {
		var body []byte
		if body, err = readAll(response.Body, nil, mostAnswer); err == nil {
			out.Result, err = read(response, body)
		}
	}
	if err != nil { // as the SDK wraps it, which says how often it was tried
		err = &smithyhttp.ResponseError{Response: response, Err: err}
	}
	return out, metadata, err
}

// succeeded reports whether AWS did what was asked for.
func succeeded(response *smithyhttp.Response) bool {
	return response.StatusCode >= 200 && response.StatusCode < 300
}

func (c *signedCall) write(request *smithyhttp.Request, base string) error {
	method, path, query, body, kind := http.MethodPost, "/", url.Values{}, "", ""
	switch c.api.Form {
	case inventory.FormQuery:
		form := url.Values{"Action": {c.call.Action}, "Version": {c.api.Version}}
		for name, value := range c.values {
			form.Set(name, fmt.Sprint(value))
		}
		body, kind = form.Encode(), "application/x-www-form-urlencoded; charset=utf-8"
	case inventory.FormJSON10, inventory.FormJSON11:
		request.Header.Set("X-Amz-Target", c.api.Version+"."+c.call.Action)
		kind = "application/x-amz-json-" + string(c.api.Form)
	case inventory.FormREST:
		method, path, _ = strings.Cut(c.call.Path, " ")
		for _, value := range c.path {
			before, rest, _ := strings.Cut(path, "{")
			_, after, _ := strings.Cut(rest, "}")
			path = before + url.PathEscape(value) + after
		}
		kind = "application/json"
	}
	if method == http.MethodGet {
		kind = ""
		for name, value := range c.values {
			query.Set(name, fmt.Sprint(value))
		}
	} else if body == "" {
		text, err := json.Marshal(c.values)
		if err != nil {
			return err
		}
		body = string(text)
	}
	u, err := url.Parse(strings.TrimSuffix(base, "/") + path)
	if err != nil {
		return err
	}
	u.RawQuery = query.Encode()
	request.Method, request.URL = method, u
	if kind != "" {
		request.Header.Set("Content-Type", kind)
		request.ContentLength = int64(len(body))
		with, err := request.SetStream(strings.NewReader(body))
		if err != nil {
			return err
		}
		*request = *with
	}
	return nil
}

// signing signs each try with the credentials of the moment.
type signing struct {
	service string
	config  *aws.Config
	signer  *v4.Signer
}

// ID is that of the SDK's own.
func (signing) ID() string { return "Signing" }

// HandleFinalize signs the request.
func (s signing) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("unexpected request %T", in.Request)
	}
	hash := sha256.New()
	if stream := request.GetStream(); stream != nil {
		if _, err := io.Copy(hash, stream); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, &v4.SigningError{Err: err}
		}
		if err := request.RewindStream(); err != nil {
			return middleware.FinalizeOutput{}, middleware.Metadata{}, &v4.SigningError{Err: err}
		}
	}
	credentials, err := s.config.Credentials.Retrieve(ctx)
	if err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, &v4.SigningError{Err: err}
	}
	if err := s.signer.SignHTTP(ctx, credentials, request.Request, hex.EncodeToString(hash.Sum(nil)), s.service, s.config.Region, time.Now()); err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, &v4.SigningError{Err: err}
	}
	return next.HandleFinalize(ctx, in)
}

// read makes a tree of the answer.
func (c *signedCall) read(response *smithyhttp.Response, body []byte) (any, error) {
	if !succeeded(response) {
		return nil, apiErrorOf(c.api.Form, response.Header, body)
	}
	return parseAnswer(c.api.Form, c.call.Action, body)
}

// apiErrorOf reads the code and the message of an error of AWS. One without a code
// has UnknownError, as in the SDK.
func apiErrorOf(form inventory.Form, header http.Header, text []byte) error {
	failure := &smithy.GenericAPIError{Code: "UnknownError", Message: "UnknownError"}
	if form == inventory.FormQuery {
		if parts, err := awsxml.GetErrorResponseComponents(bytes.NewReader(text), false); err == nil && parts.Code != "" {
			failure.Code, failure.Message = parts.Code, parts.Message
		}
		return failure
	}
	code := header.Get("X-Amzn-Errortype")
	kind, message, err := restjson.GetErrorInfo(json.NewDecoder(bytes.NewReader(text)))
	if code == "" && err == nil {
		code = kind
	}
	if code != "" {
		failure.Code, failure.Message = restjson.SanitizeErrorCode(code), message
	}
	return failure
}
