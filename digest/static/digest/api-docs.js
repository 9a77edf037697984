// Starts Swagger UI on the page of the API's documentation.
const element = document.getElementById("api-docs");
window.SwaggerUIBundle({
  domNode: element,
  url: element.dataset.schema,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
